"""Prometheus metrics of this process: names and numbers, never a value of the data.

Every label has few values: query names, search modes, outcomes.
"""

import threading
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from queries.errors import PortError

LATENCY_BUCKETS = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    20.0,
)
"""Upper bounds of latency buckets in seconds, up to the time limit of queries."""

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
"""The metrics that are exposed."""

ProcessCollector(registry=REGISTRY)

QUERIES = Counter(
    "chatscape_queries",
    "Queries run on the store; cached results are not counted.",
    ["name", "outcome"],
    registry=REGISTRY,
)
QUERY_SECONDS = Histogram(
    "chatscape_query_seconds",
    "How long a query took.",
    ["name"],
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
SEARCHES = Counter(
    "chatscape_searches", "Searches, by mode.", ["mode", "outcome"], registry=REGISTRY
)
SEARCH_SECONDS = Histogram(
    "chatscape_search_seconds",
    "How long a search took.",
    ["mode"],
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
STATEMENTS = Counter(
    "chatscape_statements",
    "Statements run by the SQL console.",
    ["outcome"],
    registry=REGISTRY,
)
STATEMENT_SECONDS = Histogram(
    "chatscape_statement_seconds",
    "How long a statement took, including the wait for its turn.",
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
EXPORTS = Counter(
    "chatscape_exports",
    "Export jobs of the dashboard that have ended.",
    ["outcome"],
    registry=REGISTRY,
)
EXPORTS_UNDER_WAY = Gauge(
    "chatscape_exports_under_way", "Export jobs that are waiting or running.", registry=REGISTRY
)
RERUNS = Counter("chatscape_reruns", "Reruns of page scripts.", registry=REGISTRY)
RERUN_SECONDS = Histogram(
    "chatscape_rerun_seconds",
    "How long a completed rerun took.",
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
SESSIONS = Gauge("chatscape_open_sessions", "Pages open in browsers.", registry=REGISTRY)
DUCKDB_BYTES = Gauge("chatscape_duckdb_memory_bytes", "Memory that DuckDB uses.", registry=REGISTRY)
DUCKDB_LIMIT_BYTES = Gauge(
    "chatscape_duckdb_memory_limit_bytes",
    "Memory limit of DuckDB for a version of the data.",
    registry=REGISTRY,
)


class Exposition:
    """An HTTP server for the metrics, in threads of its own, until it is closed."""

    def __init__(self, host: str, port: int) -> None:
        """Start the server.

        Raises:
            PortError: the port cannot be listened on.
        """
        self._server: WSGIServer
        self._thread: threading.Thread
        try:
            self._server, self._thread = start_http_server(port, host, REGISTRY)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None)
            raise PortError(host, port, reason, setting="CHATSCAPE_METRICS_PORT") from error

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
