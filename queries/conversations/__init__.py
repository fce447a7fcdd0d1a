"""Conversations: one with its messages, a slice as a paged list, documents to download."""
