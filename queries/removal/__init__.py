"""Removing conversations: hide them at once, purge their bytes, or destroy the whole store."""
