"""A version of a prepared store, opened for reading: every query over a slice runs here."""

import glob
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.datasets.loaded import loaded_dataset
from queries.datasets.registry import dataset_of
from queries.errors import (
    DataError,
    IndexMissingError,
    LargeQueryError,
    NotFoundError,
    RemovedError,
    SlowQueryError,
    VersionGoneError,
)
from queries.filters import Slice
from queries.filters.clauses import HasWord, IndexClause, Value, flat_clauses
from queries.filters.compile import duckdb_where
from queries.observability.instrumentation import Timing, instrumented
from queries.runtime.deadline import deadline
from queries.runtime.fair_queue import UNLIMITED, FairQueue
from queries.schema import GroupColumn
from queries.serialisation.records import enums_to_text
from queries.settings import Settings
from queries.store.errors import StoreOutdatedError
from queries.store.layout import StorePath, Version
from queries.store.map_regions import check_regions
from queries.store.partitions import Partitions
from queries.store.relations import Relations, Snapshot
from queries.store.sql_files import check_params, reads_messages, slice_statement
from queries.store.tombstones import is_removed

if TYPE_CHECKING:
    from queries.search.index import SearchIndex

_FACTS = "from message_facts"
_FACTS_OF_SLICE = f"{_FACTS} where get_bit(getvariable('slice_bits'), id_rank) = 1"

CACHED_QUERIES = (
    "group_measures",
    "model_languages",
    "role_totals",
    "slice_size",
    "threshold_confusion",
    "threshold_totals",
)
"""Queries with few rows that several breakdowns read; a store can cache their results."""


class Store:
    """One version of a prepared dataset, opened read-only. Safe to share between threads."""

    def __init__(
        self,
        version: Version,
        settings: Settings,
        *,
        open_index: "Callable[[Version], SearchIndex] | None" = None,
        match_index: "Callable[[Store, IndexClause], bytes] | None" = None,
        cached_frames: int = 0,
        queue: FairQueue = UNLIMITED,
    ) -> None:
        """Open a version. Call `queries.open_store` instead to get its search index as well.

        Args:
            version: the version to open; it must be complete.
            settings: limits on memory, time and threads.
            open_index: opens the search index of a version; called on first use, and once.
            match_index: the conversations that a filter keeps by the index, one bit per rank.
            cached_frames: how many results of `CACHED_QUERIES` to keep.
            queue: the fair queue for slow queries.

        Raises:
            VersionGoneError: the version was deleted.
        """
        # None rather than the method: a store with a reference to itself would outlive a command.
        self._cached = lru_cache(cached_frames)(self._run) if cached_frames else None
        self.version = version
        self.queue = queue
        self.manifest = version.manifest()
        self.dataset = dataset_of(self.manifest)
        self.loaded_dataset = loaded_dataset(self.manifest)
        self.partitions = Partitions(self.manifest)
        self.relations = Relations(version, settings)
        self._query_seconds = settings.query_seconds
        self._memory_gb = settings.memory_gb
        self._open_index = open_index
        self._match_index = match_index
        self._index: SearchIndex | None = None
        self._index_lock = Lock()

    def load_into_memory(self) -> bool:
        """Copy `conversations` and the facts of messages into memory; queries go on meanwhile.

        Returns:
            False if there is no room or the files cannot be read; nothing changes then.
        """
        return self.relations.load_into_memory()

    @property
    def path(self) -> StorePath:
        """The folder of the store."""
        return StorePath(self.version.path.parent.parent)

    @property
    def snapshot(self) -> Snapshot:
        """The version and its tombstones: what every result depends on.

        Raises:
            TombstoneError: the tombstones cannot be read.
        """
        return self.relations.snapshot

    @property
    def removed_ranks(self) -> npt.NDArray[np.int64]:
        """The removed conversations of this version, by rank, ascending."""
        return self.relations.removed_ranks

    def run(
        self,
        name: str,
        filters: Slice,
        *,
        params: Mapping[str, Value] = MappingProxyType({}),
        by: GroupColumn | None = None,
        id_rank: int | None = None,
    ) -> pd.DataFrame:
        """The rows of ``sql/<name>.sql`` over a slice.

        Args:
            name: a file of `queries/sql`, without its suffix.
            filters: the slice.
            params: a value for each ``$name`` in the file.
            by: the column behind `group_name`, for a file that groups the slice.
            id_rank: for a query of one conversation's messages: its rank. Only the part that holds
                it is read.

        Raises:
            UsageError: no such file, or the parameters or the grouping do not fit it.
            FilterError: a region of another map.
            TombstoneError: the tombstones cannot be read.
            SlowQueryError: the query took longer than the limit and was stopped.
            LargeQueryError: the query needs more memory than the limit.
            StoreOutdatedError: the query reads the words of openings, and an earlier version of
                Chatscape prepared the store.
            VersionGoneError: the version was deleted while it was open.
        """
        check_params(name, params)
        run = (name in CACHED_QUERIES and self._cached) or self._run
        return run(self.snapshot, name, filters, tuple(params.items()), by, id_rank).copy(False)

    def _run(
        self,
        _snapshot: Snapshot,  # A part of the cache key.
        name: str,
        filters: Slice,
        param_items: tuple[tuple[str, Value], ...],
        by: GroupColumn | None,
        id_rank: int | None,
    ) -> pd.DataFrame:
        params = dict(param_items)
        filters = self.relations.topic_names.in_filters(filters)
        self._check_openings(name, filters)
        check_regions(filters, self.manifest)
        condition, bound = duckdb_where(filters.clauses(), self.index_bits)
        messages = None
        if id_rank is not None:
            anti_join = " anti join removed using (id_rank)" if len(self.removed_ranks) else ""
            messages = f"from read_parquet($messages_part){anti_join}"
            path = self.version.table("messages") / self.partitions.part_of(id_rank).name
            params |= {"messages_part": glob.escape(str(path))}
        elif reads_messages(name):
            messages = _FACTS if condition == "true" else _FACTS_OF_SLICE
        statement = slice_statement(name, condition, by=by, messages=messages)
        # Openings are not held in memory: the filter `word` reads them from the files.
        slot = self.queue.slot() if "regexp_matches" in condition else nullcontext()
        with slot, self.relations.cursor() as cursor, self._limited(cursor, name) as timing:
            if messages == _FACTS_OF_SLICE:
                cursor.execute(self._slice_bits(condition), bound)
            result = cursor.execute(statement, {**bound, **params})
            return timing.with_row_count(enums_to_text(result.df()))

    @property
    def index_facts(self) -> dict[str, Any] | None:
        """The search index as the manifest describes it; None if there is none."""
        facts: dict[str, Any] | None = self.manifest["steps"].get("index")
        return facts

    @property
    def has_vectors(self) -> bool:
        """Whether semantic search is possible. Does not open the index."""
        return (self.index_facts or {}).get("model") is not None

    def search_index(self) -> "SearchIndex":
        """The search index of this version, opened once.

        Raises:
            IndexMissingError: the version has none.
            IndexMismatchError: the index was built from other messages.
        """
        with self._index_lock:
            if self._index is None:
                if self._open_index is None:
                    raise IndexMissingError(self.path.path)
                self._index = self._open_index(self.version)
            return self._index

    def warm_search(self) -> None:
        """Load what the first search needs. Ignores errors: that search will report them."""
        if self.index_facts is not None:
            with suppress(DataError):
                self.search_index().warm_up()

    def slice_mask(self, filters: Slice) -> npt.NDArray[np.bool_] | None:
        """For each conversation, by rank, whether it is in the slice; None if all are."""
        mask = np.zeros(self.partitions.conversation_count, bool)
        if any(True for _ in filters.clauses()):
            mask[self.run("slice_members", filters)["id_rank"].to_numpy()] = True
            return mask
        removed = self.removed_ranks
        if not len(removed):
            return None
        mask[:] = True
        mask[removed] = False
        return mask

    def not_found_error(self, conversation_id: str) -> NotFoundError:
        """The error for an id that the store does not have; it tells whether it was removed."""
        kind = RemovedError if is_removed(self.path, conversation_id) else NotFoundError
        return kind(conversation_id)

    def forget_results(self) -> None:
        """Empty the cache of results."""
        if cached := self._cached:
            cached.cache_clear()

    def close(self) -> None:
        """Release the memory. No query can run afterwards."""
        self.relations.close()

    def index_bits(self, clause: IndexClause) -> bytes:
        """The conversations that a clause keeps by the search index: one bit per rank.

        Raises:
            FilterError: nothing to search for, or a model that this index was not built with.
            IndexMissingError: there is no search index.
            IndexWithoutModelError: it has no vectors to compare with.
            NotFoundError: the conversation to compare with is not there.
            ModelError: its model cannot be used.
        """
        if self._match_index is None:
            raise IndexMissingError(self.path.path)
        return self._match_index(self, clause)

    def _check_openings(self, name: str, filters: Slice) -> None:
        reads_openings = name == "sampled_openings" or any(
            isinstance(clause, HasWord) for clause in flat_clauses(filters.clauses())
        )
        if reads_openings and not self.relations.has_searchable_openings:
            raise StoreOutdatedError(self.path.path)

    def _slice_bits(self, condition: str) -> str:
        """A statement that sets a variable with one bit per conversation: is it in the slice?

        Filtering 4,000,000 messages of 1,000,000 conversations by it takes 25 ms, a semi join 80.
        """
        return (
            "set variable slice_bits = (select bitstring_agg(id_rank, 0,"  # noqa: S608
            f" {max(self.partitions.conversation_count, 1) - 1}) from conversations "
            f"where {condition})"
        )

    @contextmanager
    def _limited(self, cursor: duckdb.DuckDBPyConnection, name: str) -> Iterator[Timing]:
        late = deadline(self._query_seconds, cursor.interrupt)
        with instrumented("query", name) as timing, late:
            try:
                yield timing
            except duckdb.InterruptException as error:
                raise SlowQueryError(name, self._query_seconds) from error
            except duckdb.OutOfMemoryException as error:
                raise LargeQueryError(name, self._memory_gb) from error
            except duckdb.IOException as error:
                if self.version.is_complete:
                    raise
                raise VersionGoneError(self.version.name) from error
