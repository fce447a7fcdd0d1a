"""Everything a reader sees. Asks `queries` for frames; imports neither DuckDB nor LanceDB."""
