"""The opened store, remembered rows, and what this reader looks at."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from weakref import ref

import pandas as pd
import streamlit as st

from dashboard import tidying, waiting
from dashboard.charts import colors
from dashboard.patience import after_first_page
from dashboard.stores import Stores
from queries.breakdowns import language_mix, model_mix
from queries.clauses import Value
from queries.filters import Filters
from queries.layout import StorePath
from queries.relations import Edition
from queries.settings import Settings
from queries.store import Store

Query = Callable[..., pd.DataFrame]

ROWS_REMEMBERED = 512
"""Frames kept in memory for all readers together; each has at most a few hundred rows."""

SHARED_REMEMBERED = 128
"""Frames that several answers are made of, kept in a store."""

_FILTERS = "current_filters"
_VERSION = "store_version"
_WAS_REPLACED = "version_was_replaced"


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env()


def store_path() -> StorePath:
    """The folder of the store."""
    return StorePath(settings().store)


def store() -> Store:
    """The version that this reader looks at: the one that was live when the page was opened."""
    return _stores.opened(store_path().path, _version())


def opened(path: Path, edition: Edition) -> Store:
    """A version of a store, opened once for all readers."""
    return _stores.opened(path, edition.version)


def look() -> None:
    """Follow what other processes did to the store: removals, and versions that are gone."""
    _stores.look()


def memory_bytes() -> int:
    """What DuckDB holds for all versions that are open."""
    return _stores.memory_bytes()


def newer_version() -> str | None:
    """The name of a version that became live since the page was opened, if there is one."""
    live = store_path().current_name()
    return live if live != st.session_state.get(_VERSION, live) else None


def was_replaced() -> bool:
    """Whether this reader was taken to a newer version just now, the last one being cleaned up."""
    return bool(st.session_state.pop(_WAS_REPLACED, False))


def open_version(name: str) -> None:
    """Look at another version from now on."""
    st.session_state[_VERSION] = name


def rows(query: Query, filters: Filters, **params: Value) -> pd.DataFrame:
    """What a query returns for the slice, remembered until a version or a removal comes.

    Args:
        query: a function of `queries` that takes a store, filters and these parameters.
        filters: the slice.
        params: further parameters.

    Returns:
        A frame of the caller's own: writing to it leaves the remembered one as it is.
    """
    said, edition = tuple(params.items()), store().edition
    return remembered_rows(query, filters, said, store_path().path, edition).copy(deep=False)


def names(field: str) -> list[str]:
    """All models or languages of the store, most frequent first."""
    query = {"model": model_mix, "language": language_mix}[field]
    found: list[str] = rows(query, Filters())[field].dropna().tolist()
    return found


def model_colors() -> dict[str, str]:
    """The colour of each model."""
    return colors.model_colors(names("model"))


def current_filters() -> Filters:
    """The slice that this reader looks at."""
    filters: Filters = st.session_state.get(_FILTERS, Filters())
    return filters


def set_current_filters(filters: Filters) -> None:
    """Remember the slice for the views of this run."""
    st.session_state[_FILTERS] = filters


def _version() -> str:
    name: str | None = st.session_state.get(_VERSION)
    if name is None or not store_path().version(name).is_complete:
        st.session_state[_WAS_REPLACED] = name is not None
        name = store_path().current().name
        st.session_state[_VERSION] = name
    return name


def _open(path: Path, version: str) -> Store:
    opened = Store(
        StorePath(path).version(version),
        settings(),
        rows_remembered=SHARED_REMEMBERED,
        pool=waiting.pool,
    )
    if settings().in_memory:
        later = ref(opened)
        after_first_page(lambda: _make_quick(later()))
    return opened


def _make_quick(opened: Store | None) -> None:
    """Take into memory what every answer needs, and then what every search does."""
    if opened is not None:
        opened.hold_in_memory()
        opened.warm_search()
        tidying.keep_what_is_there()


_stores = Stores(_open)


# Not st.cache_data: it hashes, pickles and unpickles at each of some twenty look-ups a run, which
# takes longer than all of the queries together. Filters are hashable, frames copy on write.
@lru_cache(ROWS_REMEMBERED)
def remembered_rows(
    query: Query,
    filters: Filters,
    params: tuple[tuple[str, Value], ...],
    path: Path,
    edition: Edition,
) -> pd.DataFrame:
    """What a query returns, computed once for an edition of a store; not to be written to."""
    return query(opened(path, edition), filters, **dict(params))
