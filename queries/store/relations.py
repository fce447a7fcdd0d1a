"""The relations that queries read, from files or from memory, without removed conversations."""

from threading import Lock
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.errors import TombstoneError, VersionGoneError
from queries.settings import Settings
from queries.store.connection import (
    apply_tombstones,
    load_into_memory,
    name_topics,
    open_connection,
)
from queries.store.layout import StorePath, Version
from queries.store.tombstones import tombstone_revision
from queries.store.topic_changes import changes_revision, readable_changes
from queries.store.topic_names import topic_names

_REGROUPED = pa.schema(
    [("prompt_group", pa.int64()), ("group_size", pa.int32()), ("first_rank", pa.int32())]
)


class Snapshot(NamedTuple):
    """A version, its tombstones and the names of topics: what the result of a query depends on.

    Attributes:
        version: the name of the version.
        removals: changes whenever conversations are removed.
        topics: changes whenever an operator changes topics.
    """

    version: str
    removals: str
    topics: str = ""


class Relations:
    """The DuckDB relations of one version. Safe to share between threads."""

    def __init__(self, version: Version, settings: Settings) -> None:
        self._version = version
        self._path = StorePath(version.path.parent.parent)
        self._connection, self.has_searchable_openings = open_connection(version, settings)
        self._manifest = version.manifest()
        self.topic_names = topic_names(self._manifest, {})
        self._topics = ""
        self._is_held = False
        self._removals = ""
        self._removed_ranks: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._change_lock = Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one query. Cursors are independent; a connection is not thread-safe."""
        return self._connection.cursor()

    def load_into_memory(self) -> bool:
        """Copy `conversations` and the facts of messages into memory; queries go on meanwhile.

        Returns:
            False if there is no room or the files cannot be read; nothing changes then.
        """
        with self._change_lock, self.cursor() as cursor:
            try:
                load_into_memory(cursor, self.topic_names)
            except (duckdb.OutOfMemoryException, duckdb.IOException):
                return False
            self._is_held = True
        return True

    @property
    def snapshot(self) -> Snapshot:
        """The version, its tombstones and the names of topics.

        Conversations that were removed since the last call are left out from now on, and topics
        have the names that operators gave them.

        Raises:
            TombstoneError: the tombstones cannot be read.
        """
        revision = tombstone_revision(self._path)
        topics = changes_revision(self._path)
        if revision != self._removals or topics != self._topics:
            with self._change_lock:
                self._name_topics(topics)
                self._apply_tombstones(revision)
        return Snapshot(self._version.name, revision, topics)

    @property
    def removed_ranks(self) -> npt.NDArray[np.int64]:
        """The ranks of removed conversations, ascending."""
        _ = self.snapshot
        return self._removed_ranks

    @property
    def regrouped(self) -> pa.Table:
        """The prompt groups from which conversations were removed, as they are now.

        Columns: ``prompt_group``, ``group_size`` and ``first_rank``, its smallest id rank.
        """
        if not len(self.removed_ranks):
            return _REGROUPED.empty_table()
        with self.cursor() as cursor:
            rows: pa.Table = cursor.sql("from regrouped").to_arrow_table()
        return rows.cast(_REGROUPED)

    def memory_bytes(self) -> int:
        """The memory that DuckDB uses for this version."""
        with self.cursor() as cursor:
            row = cursor.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()
        return int(row[0]) if row else 0

    def check(self) -> None:
        """Read one row of each table, which takes a few milliseconds.

        Raises:
            duckdb.Error: a file cannot be read.
        """
        with self.cursor() as cursor:
            for relation in ("conversations", "messages"):
                cursor.execute(f"select id_rank from {relation} limit 1").fetchall()  # noqa: S608

    def close(self) -> None:
        """Release the memory. No query can run afterwards."""
        self._connection.close()

    def _name_topics(self, revision: str) -> None:
        if revision == self._topics:
            return
        names = topic_names(self._manifest, readable_changes(self._path))
        with self.cursor() as cursor:
            try:
                name_topics(cursor, names)
            except duckdb.Error as error:
                if not self._version.is_complete:
                    raise VersionGoneError(self._version.name) from error
                raise
        self.topic_names = names
        self._topics = revision

    def _apply_tombstones(self, revision: str) -> None:
        if revision == self._removals:
            return
        with self.cursor() as cursor:
            try:
                ranks = apply_tombstones(
                    cursor, self._path.removed_path, self.topic_names, is_held=self._is_held
                )
            except duckdb.Error as error:
                if not self._version.is_complete:
                    raise VersionGoneError(self._version.name) from error
                raise TombstoneError(self._path.removed_path) from error
        self._removed_ranks = np.array(ranks, np.int64)
        self._removals = revision
