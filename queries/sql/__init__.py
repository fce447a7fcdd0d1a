"""The read side: one SELECT a file, from the relation `slice`; runs unchanged in the DuckDB CLI."""
