"""Dataset adapters: published schemas, quality checks, and rebuilding published rows."""
