"""A version of a prepared store, opened for reading: the one place where a slice is asked for."""

import glob
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from threading import Timer
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd

from queries.clauses import Value, duckdb_where
from queries.connection import connected, hold_conversations
from queries.errors import LargeQueryError, SlowQueryError, UsageError, VersionGoneError
from queries.filters import Filters
from queries.layout import StorePath, Version
from queries.settings import Settings
from queries.statements import parameter_names, statement_over_slice


class Store:
    """One version of the prepared dataset, opened read-only. Safe to share between threads."""

    def __init__(self, version: Version, settings: Settings) -> None:
        self.version = version
        self.manifest = version.manifest()
        self._query_seconds = settings.query_seconds
        self._memory_gb = settings.memory_gb
        self._connection = connected(version, settings)
        files = self.manifest["files"]
        rows = [f["row_count"] for f in files if f["path"].startswith("conversations/")]
        self._part_ends = list(accumulate(rows))

    def hold_in_memory(self) -> bool:
        """Keep the facts of all conversations in memory; what is asked meanwhile is answered.

        Returns:
            Whether there was room for them, and files to read them from; if not, all is as before.
        """
        with self._connection.cursor() as cursor:
            try:
                hold_conversations(cursor)
            except (duckdb.OutOfMemoryException, duckdb.IOException):
                return False
        return True

    def run(
        self,
        name: str,
        filters: Filters,
        *,
        params: Mapping[str, Value] = MappingProxyType({}),
        id_rank: int | None = None,
    ) -> pd.DataFrame:
        """The rows of ``sql/<name>.sql`` over the slice.

        Args:
            name: a file of `queries/sql`, without its ending.
            filters: what the relation `slice` of the file keeps.
            params: a value for each ``$name`` in the file.
            id_rank: the conversation that a query of `messages` is about: only the part of the
                store that holds it is read.

        Raises:
            UsageError: there is no such file, or its parameters are others.
            SlowQueryError: it took longer than the store's limit and was stopped.
            LargeQueryError: it needs more memory than the store may take.
            VersionGoneError: the version was cleaned up while it was open.
        """
        _check_params(name, params)
        condition, bound = duckdb_where(filters.clauses())
        messages = None
        if id_rank is not None:
            messages = "from read_parquet($messages_part)"
            bound["messages_part"] = glob.escape(str(self._messages_part(id_rank)))
        statement = statement_over_slice(name, condition, messages)
        # A DuckDB connection is not thread-safe; its cursors are independent.
        with self._connection.cursor() as cursor, self._limited(cursor, name):
            return _plain(cursor.execute(statement, {**bound, **params}).df())

    def describe(self, name: str) -> list[tuple[str, str]]:
        """Names and DuckDB types of the columns that a query returns; an enum is a varchar."""
        nulls = dict.fromkeys(parameter_names(name))
        statement = f"describe {statement_over_slice(name, 'true')}"
        with self._connection.cursor() as cursor:
            rows = cursor.execute(statement, nulls).fetchall()
        return [
            (column, "varchar" if type_.startswith("ENUM") else type_.lower())
            for column, type_, *_ in rows
        ]

    def close(self) -> None:
        """Give the memory back; nothing can be asked any more."""
        self._connection.close()

    def _messages_part(self, id_rank: int) -> Path:
        """The file with the messages of a conversation: a part has the same ids in every table."""
        number = bisect_right(self._part_ends, id_rank)
        return self.version.table("messages") / f"part-{number:05d}.parquet"

    @contextmanager
    def _limited(self, cursor: duckdb.DuckDBPyConnection, name: str) -> Iterator[None]:
        timer = Timer(self._query_seconds, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
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


def _check_params(name: str, params: Mapping[str, Any]) -> None:
    wanted = parameter_names(name)
    if tuple(sorted(params)) == wanted:
        return
    needed = f"the parameters {', '.join(wanted)}" if wanted else "no parameters"
    given = ", ".join(sorted(params)) or "none"
    raise UsageError(f"The query {name} takes {needed}; given were {given}.")


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with enums as texts: pandas makes categories of them, with all unused values."""
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].astype("str")
    return rows
