"""Warm-up: computes the first page before the first reader opens it."""

import plotly.graph_objects as go

from dashboard.process import open_stores, query_cache
from dashboard.state import filter_state  # noqa: F401  imported early, because importing takes long
from queries.breakdowns.overview import OVERVIEW_BREAKDOWNS
from queries.errors import DataError
from queries.filters import Filters
from queries.store.relations import Snapshot


def warm_first_page() -> None:
    """Open the live version, if there is one, and run its breakdowns without filters."""
    go.Figure({"data": [{"type": "bar"}]})
    try:
        path = open_stores.store_path()
        snapshot = open_stores.shared_store(path.path, Snapshot(path.current().name, "")).snapshot
        for query in OVERVIEW_BREAKDOWNS.values():
            query_cache.cached_rows(query, Filters(), (), path.path, snapshot)
    except DataError:
        return
