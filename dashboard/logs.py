"""The log of the server: what Streamlit and uvicorn say comes in the same form as what we say."""

import logging

from streamlit import logger as streamlit_logger

from queries import logs

UVICORN = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "websockets")

REQUESTS = "uvicorn.access"
"""Not logged: addresses hold what is searched for."""


def begin(form: logs.Format) -> None:
    """Write the log of this process in one form from now on.

    Args:
        form: text or JSON.
    """
    logs.begin(form)
    # Streamlit gives each of its loggers a handler of its own, also those that come later, and
    # takes uvicorn's for its own.
    streamlit_logger.setup_formatter = hand_on
    for logger in streamlit_logger._loggers.values():
        hand_on(logger)
    for name in UVICORN:
        hand_on(logging.getLogger(name))


def hand_on(logger: logging.Logger) -> None:
    """Have a logger write nothing by itself: the root does, but for requests."""
    logger.handlers.clear()
    logger.propagate = logger.name != REQUESTS
