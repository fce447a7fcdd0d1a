"""What the queries of a store read: its relations, held in memory or not, less what was removed."""

from threading import Lock
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.connection import connected, hold_in_memory, leave_out
from queries.errors import RegisterError, VersionGoneError
from queries.layout import StorePath, Version
from queries.removal.register import stamp
from queries.settings import Settings

_REGROUPED = pa.schema(
    [("prompt_group", pa.int64()), ("group_size", pa.int32()), ("first_rank", pa.int32())]
)


class Edition(NamedTuple):
    """What every answer of a store depends on.

    Attributes:
        version: the name of a version.
        removals: changes whenever conversations are removed.
    """

    version: str
    removals: str


class Relations:
    """The DuckDB relations of one version. Safe to share between threads."""

    def __init__(self, version: Version, settings: Settings) -> None:
        self._version = version
        self._path = StorePath(version.path.parent.parent)
        self._connection = connected(version, settings)
        self._is_held = False
        self._removals = ""
        self._removed_ranks: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._one_change = Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one query: they are independent, and one is not thread-safe."""
        return self._connection.cursor()

    def hold_in_memory(self) -> bool:
        """Keep the facts of conversations and messages in memory; questions go on being answered.

        Returns:
            Whether there was room for them, and files to read them from; if not, all is as before.
        """
        with self._one_change, self.cursor() as cursor:
            try:
                hold_in_memory(cursor)
            except (duckdb.OutOfMemoryException, duckdb.IOException):
                return False
            self._is_held = True
        return True

    @property
    def edition(self) -> Edition:
        """The version, and which conversations are left out of it.

        What was removed since the last look is left out from here on.

        Raises:
            RegisterError: what was removed cannot be told.
        """
        now = stamp(self._path)
        if now != self._removals:
            with self._one_change:
                self._leave_out(now)
        return Edition(self._version.name, now)

    @property
    def removed_ranks(self) -> npt.NDArray[np.int64]:
        """Ranks of the ids that are left out, ascending."""
        _ = self.edition
        return self._removed_ranks

    @property
    def regrouped(self) -> pa.Table:
        """Groups of repeats from which conversations were removed, as they are now.

        ``prompt_group``, ``group_size`` and ``first_rank``, the smallest rank of an id.
        """
        if not len(self.removed_ranks):
            return _REGROUPED.empty_table()
        with self.cursor() as cursor:
            rows: pa.Table = cursor.sql("from regrouped").to_arrow_table()
        return rows.cast(_REGROUPED)

    def memory_bytes(self) -> int:
        """What DuckDB holds for this version."""
        with self.cursor() as cursor:
            said = cursor.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()
        return int(said[0]) if said else 0

    def check(self) -> None:
        """Ask for one row, to see that the files can be read; a few milliseconds.

        Raises:
            duckdb.Error: they cannot.
        """
        with self.cursor() as cursor:
            for relation in ("conversations", "messages"):
                cursor.execute(f"select id_rank from {relation} limit 1").fetchall()  # noqa: S608

    def close(self) -> None:
        """Give the memory back; nothing can be asked any more."""
        self._connection.close()

    def _leave_out(self, removals: str) -> None:
        if removals == self._removals:
            return
        with self.cursor() as cursor:
            try:
                ranks = leave_out(cursor, self._path.removed_path, is_held=self._is_held)
            except duckdb.Error as error:
                if not self._version.is_complete:
                    raise VersionGoneError(self._version.name) from error
                raise RegisterError(self._path.removed_path) from error
        self._removed_ranks = np.array(ranks, np.int64)
        self._removals = removals
