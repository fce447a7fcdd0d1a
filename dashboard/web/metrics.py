"""The metrics server for Prometheus, on a port of its own."""

import logging

from dashboard import streamlit_internals
from dashboard.process import open_stores
from queries.errors import DataError
from queries.observability.metrics import DUCKDB_BYTES, DUCKDB_LIMIT_BYTES, SESSIONS, Exposition
from queries.runtime.memory_limits import GIGABYTE

_logger = logging.getLogger(__name__)


def start_metrics_server() -> Exposition | None:
    """Serve metrics on the configured port; None where none is configured.

    If the port is taken, the error is logged and the dashboard works without metrics.
    """
    settings = open_stores.settings()
    SESSIONS.set_function(streamlit_internals.open_session_count)
    DUCKDB_BYTES.set_function(open_stores.memory_bytes)
    DUCKDB_LIMIT_BYTES.set(settings.memory_gb * GIGABYTE)
    if not settings.metrics_port:
        return None
    try:
        return Exposition(settings.metrics_host, settings.metrics_port)
    except DataError as error:
        _logger.error("there are no metrics: %s", str(error))
        return None
