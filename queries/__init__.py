"""Everything the data knows: the published schema, the store, filters, queries. Imports no UI."""

__version__ = "0.1.0"
