"""Giving metrics to Prometheus: what is counted where it happens, and what is looked up now."""

import logging

from dashboard import runtime, session
from queries.errors import DataError
from queries.memory import GIGABYTE
from queries.metrics import DUCKDB_BYTES, DUCKDB_LIMIT_BYTES, SESSIONS, Exposition

_logger = logging.getLogger(__name__)


def begin() -> Exposition | None:
    """Give metrics on the port of the settings, if there is one.

    A port that cannot be had is said in the log: the dashboard works without.
    """
    SESSIONS.set_function(runtime.open_session_count)
    DUCKDB_BYTES.set_function(session.memory_bytes)
    DUCKDB_LIMIT_BYTES.set(session.settings().memory_gb * GIGABYTE)
    if not session.settings().metrics_port:
        return None
    try:
        return Exposition(session.settings().metrics_host, session.settings().metrics_port)
    except DataError as error:
        _logger.error("there are no metrics: %s", str(error))
        return None
