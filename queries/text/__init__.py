"""Text processing: tokens, the query language, control characters, short lists of names."""
