"""Build the search index of a store: full text of all messages, vectors of distinct prompts."""
