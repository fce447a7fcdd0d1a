"""What this reader looks at: a version of the store, and a slice of it."""

from contextlib import suppress

import pandas as pd
import streamlit as st

from dashboard.charts import colours
from dashboard.process.open_stores import shared_store, store_path
from dashboard.process.query_cache import Query, cached_rows
from queries.breakdowns.facets import option_breakdown
from queries.errors import DataError
from queries.filters import Filters
from queries.filters.clauses import Value
from queries.store.relations import Snapshot
from queries.store.store import Store

_FILTERS = "current_filters"
_VERSION = "store_version"
_WAS_REPLACED = "version_was_replaced"


def store() -> Store:
    """The version that this reader looks at: the one that was live when the page was opened."""
    return shared_store(store_path().path, Snapshot(_version(), ""))


def newer_version() -> str | None:
    """The name of a version that became live after the page was opened, if there is one."""
    live = store_path().current_name()
    if not live or not store_path().version(live).is_complete:
        return None
    return live if live != st.session_state.get(_VERSION, live) else None


def index_has_come() -> bool:
    """Whether the newer version differs from this reader's by a search index alone."""
    name, newer = st.session_state.get(_VERSION), newer_version()
    if name is None or newer is None or not _is_same_data(name, newer):
        return False
    with suppress(DataError):
        return store_path().version(newer).manifest()["steps"].get("index") is not None
    return False


def take_up_index() -> None:
    """Look at the newer version if nothing but a search index came with it."""
    newer = newer_version()
    if newer is not None and index_has_come():
        switch_version(newer)


def was_replaced() -> bool:
    """Whether this reader's version was deleted, so that they see a newer one. True only once."""
    return bool(st.session_state.pop(_WAS_REPLACED, False))


def switch_version(name: str) -> None:
    """Look at another version from now on."""
    st.session_state[_VERSION] = name


def rows(query: Query, filters: Filters, **params: Value) -> pd.DataFrame:
    """The result of a query for a slice, cached until the version or the removals change.

    Args:
        query: a function of `queries` that takes a store, filters and these parameters.
        filters: the slice.
        params: further parameters.

    Returns:
        A frame that may be written to: the cached one does not change.
    """
    snapshot = store().snapshot
    frame = cached_rows(query, filters, tuple(params.items()), store_path().path, snapshot)
    return frame.copy(deep=False)


def names(field: str) -> list[str]:
    """All values of a filter in the store, e.g. all models; the most frequent come first."""
    values: list[str] = rows(option_breakdown(field), Filters())[field].dropna().tolist()
    return values


def has_unnamed(field: str) -> bool:
    """Whether some conversation of the store has no value of a filter, e.g. no model."""
    return bool(rows(option_breakdown(field), Filters())[field].isna().any())


def model_colours() -> dict[str, str]:
    """The colour of each model."""
    return colours.colours_by_name(names("model"))


def current_filters() -> Filters:
    """The slice that this reader looks at."""
    filters: Filters = st.session_state.get(_FILTERS, Filters())
    return filters


def set_current_filters(filters: Filters) -> None:
    """Set the slice for the views of this rerun."""
    st.session_state[_FILTERS] = filters


def _version() -> str:
    name: str | None = st.session_state.get(_VERSION)
    if name is None or not store_path().version(name).is_complete:
        live = store_path().current().name
        st.session_state[_WAS_REPLACED] = name is not None and not _is_same_data(name, live)
        name = live
        st.session_state[_VERSION] = name
    return name


def _is_same_data(name: str, other: str) -> bool:
    """Whether two versions, which need not exist any more, were built from the same data."""
    path = store_path()
    return path.version(name).fingerprint == path.version(other).fingerprint
