"""Opens a prepared store together with its search index: the one module that knows both."""

from pathlib import Path
from typing import TYPE_CHECKING

from queries.filters.clauses import HasText, IndexClause
from queries.runtime.fair_queue import UNLIMITED, FairQueue
from queries.settings import Settings
from queries.store.layout import StorePath, Version
from queries.store.store import Store

if TYPE_CHECKING:
    from queries.search.embedder import Embedder
    from queries.search.index import SearchIndex


def open_store(path: Path, settings: Settings, *, embedder: "Embedder | None" = None) -> Store:
    """Open the live version of the store at a path.

    Args:
        path: the folder of the store.
        settings: limits on memory, time and threads.
        embedder: the model of the search index; by default it is loaded on first use.

    Raises:
        StoreMissingError: nothing has been prepared there.
        StoreFormatError: the store was prepared by code that writes another format.
    """
    return open_version(StorePath(path).current(), settings, embedder=embedder)


def open_version(
    version: Version,
    settings: Settings,
    *,
    embedder: "Embedder | None" = None,
    cached_frames: int = 0,
    queue: FairQueue = UNLIMITED,
) -> Store:
    """Open one version of a store.

    Args:
        version: the version to open; it must be complete.
        settings: limits on memory, time and threads.
        embedder: the model of the search index; by default it is loaded on first use.
        cached_frames: how many results of `CACHED_QUERIES` to keep.
        queue: the fair queue for slow queries.
    """

    def open_index(version: Version) -> "SearchIndex":
        # Importing LanceDB takes a second, and most queries do not need it.
        from queries.search.index import SearchIndex

        return SearchIndex(version, embedder, queue=queue)

    return Store(
        version,
        settings,
        open_index=open_index,
        match_index=_match_index,
        cached_frames=cached_frames,
        queue=queue,
    )


def _match_index(store: Store, clause: IndexClause) -> bytes:
    if isinstance(clause, HasText):
        from queries.search.full_text import match_bits

        return match_bits(store.search_index(), clause.query, clause.role)
    from queries.search.nearness import near_bits

    return near_bits(store, clause)
