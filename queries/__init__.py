"""Everything the data knows: the published schema, the store, filters, queries. Imports no UI."""

import logging

__version__ = "0.1.0"

# Only a server has a log: what a command has to say it prints.
logging.getLogger(__name__).addHandler(logging.NullHandler())
