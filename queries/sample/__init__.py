"""A synthetic dataset in exactly the published schema, the same bytes for the same seed."""
