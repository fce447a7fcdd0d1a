"""Logging of the server: Streamlit and uvicorn write in the same format as the dashboard."""

import logging

from dashboard import streamlit_internals
from queries.observability import log_format

UVICORN = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "websockets")

ACCESS_LOG = "uvicorn.access"
"""Dropped: the URLs in it contain search terms."""


def configure_server_logging(form: log_format.LogFormat) -> None:
    """Configure logging of this process.

    Args:
        form: text or JSON.
    """
    log_format.configure_logging(form)
    streamlit_internals.configure_loggers(use_root_handler)
    for name in UVICORN:
        use_root_handler(logging.getLogger(name))


def use_root_handler(logger: logging.Logger) -> None:
    """Route a logger through the root handler; drop access logs."""
    logger.handlers.clear()
    logger.propagate = logger.name != ACCESS_LOG
