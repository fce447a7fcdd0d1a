"""What this process counts, for Prometheus: names and numbers, never a value of the data.

Every label has few values: names of queries, modes, outcomes.
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

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Upper ends of the classes of a latency: from a millisecond to where queries are stopped."""

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
"""What is given to Prometheus."""

ProcessCollector(registry=REGISTRY)

QUERIES = Counter(
    "chatscape_queries",
    "Queries that were asked of the store; what is remembered is not asked again.",
    ["name", "outcome"],
    registry=REGISTRY,
)
QUERY_SECONDS = Histogram(
    "chatscape_query_seconds",
    "How long a query took.",
    ["name"],
    buckets=SECONDS,
    registry=REGISTRY,
)
SEARCHES = Counter(
    "chatscape_searches", "Searches, by what they are by.", ["mode", "outcome"], registry=REGISTRY
)
SEARCH_SECONDS = Histogram(
    "chatscape_search_seconds",
    "How long a search took.",
    ["mode"],
    buckets=SECONDS,
    registry=REGISTRY,
)
STATEMENTS = Counter(
    "chatscape_statements",
    "Statements of the SQL console, without what they say.",
    ["outcome"],
    registry=REGISTRY,
)
STATEMENT_SECONDS = Histogram(
    "chatscape_statement_seconds",
    "How long a statement took, its turn included.",
    buckets=SECONDS,
    registry=REGISTRY,
)
EXPORTS = Counter(
    "chatscape_exports",
    "Exports that the dashboard prepared and that came to an end.",
    ["outcome"],
    registry=REGISTRY,
)
EXPORTS_UNDER_WAY = Gauge(
    "chatscape_exports_under_way", "Exports that wait or are written.", registry=REGISTRY
)
RERUNS = Counter("chatscape_reruns", "Runs of the script of a page.", registry=REGISTRY)
RERUN_SECONDS = Histogram(
    "chatscape_rerun_seconds",
    "How long a run took, of those that came to their end.",
    buckets=SECONDS,
    registry=REGISTRY,
)
SESSIONS = Gauge("chatscape_open_sessions", "Pages that are open in a browser.", registry=REGISTRY)
DUCKDB_BYTES = Gauge(
    "chatscape_duckdb_memory_bytes", "Memory that DuckDB holds.", registry=REGISTRY
)
DUCKDB_LIMIT_BYTES = Gauge(
    "chatscape_duckdb_memory_limit_bytes",
    "Memory that DuckDB may take for a version of the data.",
    registry=REGISTRY,
)


class Exposition:
    """The port on which the metrics are given, in threads of its own, until it is closed."""

    def __init__(self, host: str, port: int) -> None:
        """Begin to give them.

        Raises:
            PortError: that port cannot be listened on.
        """
        self._server: WSGIServer
        self._thread: threading.Thread
        try:
            self._server, self._thread = start_http_server(port, host, REGISTRY)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None)
            raise PortError(host, port, why, way="CHATSCAPE_METRICS_PORT") from error

    def close(self) -> None:
        """Let the port go."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
