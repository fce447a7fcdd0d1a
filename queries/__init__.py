"""Chatscape without its user interface: datasets, stores, filters, queries, the command line."""

import logging

__version__ = "0.1.0"

# Only the server configures logging; commands print instead.
logging.getLogger(__name__).addHandler(logging.NullHandler())
