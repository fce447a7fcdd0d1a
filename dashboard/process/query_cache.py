"""The cache of data frames that queries returned, shared by all readers."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from dashboard.process.open_stores import shared_store
from dashboard.process.text_caches import clear_on_removal
from queries.filters import Filters
from queries.filters.clauses import Value
from queries.store.relations import Snapshot

Query = Callable[..., pd.DataFrame]

FRAMES_CACHED = 512
"""Data frames in the cache; each has at most a few hundred rows."""


# Not st.cache_data: it hashes, pickles and unpickles at each of some twenty look-ups a rerun, which
# takes longer than all of the queries together. Filters are hashable, frames copy on write.
@lru_cache(FRAMES_CACHED)
def cached_rows(
    query: Query,
    filters: Filters,
    params: tuple[tuple[str, Value], ...],
    path: Path,
    snapshot: Snapshot,
) -> pd.DataFrame:
    """The result of a query, computed once for each snapshot of a store. Do not write to it."""
    return query(shared_store(path, snapshot), filters, **dict(params))


clear_on_removal(cached_rows.cache_clear)
