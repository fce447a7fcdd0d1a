"""Log format, metrics, and the instrumentation of queries and searches."""
