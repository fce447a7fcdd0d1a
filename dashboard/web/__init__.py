"""Middleware and routes of the server."""
