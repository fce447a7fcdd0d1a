"""A version of a prepared store, opened for reading: the one place where a slice is asked for."""

import glob
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from threading import Lock, Timer
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.clauses import HasText, Value, duckdb_where
from queries.errors import (
    DataError,
    LargeQueryError,
    NotFoundError,
    RemovedError,
    SlowQueryError,
    VersionGoneError,
)
from queries.filters import Filters, Slice
from queries.layout import StorePath, Version
from queries.pool import UNLIMITED, Pool
from queries.records import without_enums
from queries.relations import Edition, Relations
from queries.removal.register import is_removed
from queries.schema import GroupColumn
from queries.settings import Settings
from queries.statements import (
    check_params,
    is_grouped,
    parameter_names,
    reads_messages,
    statement_over_slice,
)
from queries.timing import Timing, timed

if TYPE_CHECKING:
    from queries.search.index import SearchIndex

_FACTS = "from message_facts"
_FACTS_OF_SLICE = f"{_FACTS} where get_bit(getvariable('slice_bits'), id_rank) = 1"

SHARED = ("group_measures", "model_languages", "role_messages", "slice_size", "threshold_counts")
"""Small frames that several answers are made of; a store may remember them."""


class Store:
    """One version of the prepared dataset, opened read-only. Safe to share between threads."""

    def __init__(
        self,
        version: Version,
        settings: Settings,
        *,
        rows_remembered: int = 0,
        pool: Pool = UNLIMITED,
    ) -> None:
        """Open a version.

        Args:
            version: which one.
            settings: limits of memory, time and threads.
            rows_remembered: how many frames of `SHARED` queries are kept; none by itself.
            pool: places for slow questions.
        """
        # None, not the method itself: a store that refers to itself outlives a command.
        self._shared = lru_cache(rows_remembered)(self._asked) if rows_remembered else None
        self.version = version
        self.pool = pool
        self.manifest = version.manifest()
        self._query_seconds = settings.query_seconds
        self._memory_gb = settings.memory_gb
        self.relations = Relations(version, settings)
        files = self.manifest["files"]
        rows = [f["row_count"] for f in files if f["path"].startswith("conversations/")]
        self._part_ends = list(accumulate(rows))
        self._index: SearchIndex | None = None
        self._index_lock = Lock()

    def hold_in_memory(self) -> bool:
        """Keep the facts of conversations and messages in memory; questions go on being answered.

        Returns:
            Whether there was room for them, and files to read them from; if not, all is as before.
        """
        return self.relations.hold_in_memory()

    @property
    def path(self) -> StorePath:
        """The folder of the store that this is a version of."""
        return StorePath(self.version.path.parent.parent)

    @property
    def edition(self) -> Edition:
        """What every answer depends on: the version, and which conversations were removed.

        Raises:
            RegisterError: what was removed cannot be told.
        """
        return self.relations.edition

    @property
    def removed_ranks(self) -> npt.NDArray[np.int64]:
        """The conversations of this version that are not shown any more, by rank, ascending."""
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
        """The rows of ``sql/<name>.sql`` over the slice.

        Args:
            name: a file of `queries/sql`, without its ending.
            filters: what the relation `slice` of the file keeps.
            params: a value for each ``$name`` in the file.
            by: what `group_name` is, in a file that divides the slice by it.
            id_rank: the conversation that a query of `messages` is about: only the part of the
                store that holds it is read.

        Raises:
            UsageError: there is no such file, or its parameters or its grouping are others.
            RegisterError: what was removed cannot be told.
            SlowQueryError: it took longer than the store's limit and was stopped.
            LargeQueryError: it needs more memory than the store may take.
            VersionGoneError: the version was cleaned up while it was open.
        """
        check_params(name, params)
        asked = (name in SHARED and self._shared) or self._asked
        rows = asked(self.edition, name, filters, tuple(params.items()), by, id_rank)
        return rows.copy(deep=False)

    def _asked(
        self,
        _edition: Edition,
        name: str,
        filters: Slice,
        said: tuple[tuple[str, Value], ...],
        by: GroupColumn | None,
        id_rank: int | None,
    ) -> pd.DataFrame:
        params = dict(said)
        condition, bound = duckdb_where(filters.clauses(), self._found_bits)
        messages = None
        if id_rank is not None:
            left_out = " anti join removed using (id_rank)" if len(self.removed_ranks) else ""
            messages = f"from read_parquet($messages_part){left_out}"
            params |= {"messages_part": glob.escape(str(self._messages_part(id_rank)))}
        elif reads_messages(name):
            messages = _FACTS if condition == "true" else _FACTS_OF_SLICE
        statement = statement_over_slice(name, condition, by=by, messages=messages)
        # Openings are not held in memory: a word is looked for in files.
        place = self.pool.place() if "regexp_matches" in condition else nullcontext()
        with place, self.relations.cursor() as cursor, self._limited(cursor, name) as timing:
            if messages == _FACTS_OF_SLICE:
                cursor.execute(self._slice_bits(condition), bound)
            found = cursor.execute(statement, {**bound, **params})
            return timing.counted(without_enums(found.df()))

    @property
    def index_facts(self) -> dict[str, Any] | None:
        """What the manifest says of the search index; None without one."""
        facts: dict[str, Any] | None = self.manifest["steps"].get("index")
        return facts

    @property
    def has_vectors(self) -> bool:
        """Whether it can be searched by meaning, without opening its index."""
        return (self.index_facts or {}).get("model") is not None

    def search_index(self) -> "SearchIndex":
        """The search index of this version, opened once.

        Raises:
            IndexMissingError: it has none.
            IndexMismatchError: it is one of other messages.
        """
        with self._index_lock:
            if self._index is None:
                # Late: LanceDB takes a second to import, and most questions need none of it.
                from queries.search.index import SearchIndex

                self._index = SearchIndex(self.version, pool=self.pool)
            return self._index

    def warm_search(self) -> None:
        """Make the first search quick, if there is an index; what is amiss it will say itself."""
        if self.index_facts is not None:
            with suppress(DataError):
                self.search_index().warm()

    def find_text(self, filters: Filters) -> None:
        """Look the words search of some filters up, so that what is amiss with it is known.

        Raises:
            FilterError: there is nothing in it to look for.
            IndexMissingError: there is no search index.
        """
        for clause in filters.clauses():
            if isinstance(clause, HasText):
                self._found_bits(clause)

    def mask(self, filters: Slice) -> npt.NDArray[np.bool_] | None:
        """Whether each conversation is in the slice, by rank of its id; None where all are."""
        count = self._part_ends[-1]
        if any(True for _ in filters.clauses()):
            mask = np.zeros(count, bool)
            mask[self.run("slice_ranks", filters)["id_rank"].to_numpy()] = True
            return mask
        removed = self.removed_ranks
        if not len(removed):
            return None
        mask = np.ones(count, bool)
        mask[removed] = False
        return mask

    def _found_bits(self, clause: HasText) -> bytes:
        from queries.search.words import found_bits

        return found_bits(self.search_index(), clause.query, clause.role)

    def not_found(self, conversation_id: str) -> NotFoundError:
        """What to say of a conversation that is not in the store: was it removed?"""
        kind = RemovedError if is_removed(self.path, conversation_id) else NotFoundError
        return kind(conversation_id)

    def describe(self, name: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of the columns that a query returns; an enum is a varchar."""
        nulls = dict.fromkeys(parameter_names(name))
        by: GroupColumn | None = "model" if is_grouped(name) else None
        messages = _FACTS if reads_messages(name) else None
        statement = f"describe {statement_over_slice(name, 'true', by=by, messages=messages)}"
        with self.relations.cursor() as cursor:
            rows = cursor.execute(statement, nulls).fetchall()
        return [
            (column, "varchar" if type_.startswith("ENUM") else type_.lower())
            for column, type_, *_ in rows
        ]

    def close(self) -> None:
        """Give the memory back; nothing can be asked any more."""
        self.relations.close()

    def _slice_bits(self, condition: str) -> str:
        """Statement that marks the conversations of a slice, one bit each, for a look at messages.

        At 1,000,000 conversations and 4,000,000 messages a semi join takes 80 ms, this 25 ms.
        """
        last = max(self._part_ends[-1] - 1, 0)
        return (
            "set variable slice_bits = (select bitstring_agg(id_rank, 0, "  # noqa: S608
            f"{last}) from conversations where {condition})"
        )

    def _messages_part(self, id_rank: int) -> Path:
        """The file with the messages of a conversation: a part has the same ids in every table."""
        number = bisect_right(self._part_ends, id_rank)
        return self.version.table("messages") / f"part-{number:05d}.parquet"

    @contextmanager
    def _limited(self, cursor: duckdb.DuckDBPyConnection, name: str) -> Iterator[Timing]:
        timer = Timer(self._query_seconds, cursor.interrupt)
        timer.daemon = True
        timer.start()
        with timed("query", name) as timing:
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
            finally:
                timer.cancel()


def open_store(path: Path, settings: Settings) -> Store:
    """The live version of the store at a path.

    Raises:
        StoreMissingError: nothing has been prepared there.
        StoreFormatError: prepared by code that writes another format.
    """
    return Store(StorePath(path).current(), settings)
