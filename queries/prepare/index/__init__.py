"""A prepared store to a search index: the full text of every message, a vector of every prompt."""
