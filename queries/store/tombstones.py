"""Tombstones: the ids of removed conversations, which may never be shown again.

They are kept in `removed.parquet`, which outlives every version: ids, and when, why and by whom
they were removed; nothing of the texts.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import TombstoneError
from queries.store.atomic_files import atomic_write
from queries.store.layout import StorePath

SCHEMA = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("removed_at", pa.string()),
        ("removed_by", pa.string()),
        ("reason", pa.string()),
        ("purged_at", pa.string()),
    ]
)
"""Times are UTC, ISO 8601; `purged_at` is null until `chatscape purge` has deleted the data."""


def tombstone_revision(store: StorePath) -> str:
    """A text that changes with the tombstones; empty if there are none. Takes microseconds."""
    try:
        stat = store.removed_path.stat()
    except FileNotFoundError:
        return ""
    return f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}"


def read_tombstones(store: StorePath) -> pa.Table:
    """The tombstones: one row per removed conversation, sorted by id.

    Raises:
        TombstoneError: the file exists and cannot be read.
    """
    try:
        rows = pq.read_table(store.removed_path, schema=SCHEMA, partitioning=None)
    except FileNotFoundError:
        return SCHEMA.empty_table()
    except (OSError, pa.ArrowException) as error:
        raise TombstoneError(store.removed_path) from error
    # This is how a file without the column is read.
    if rows["conversation_id"].null_count:
        raise TombstoneError(store.removed_path)
    return rows


def removed_ids(store: StorePath) -> pa.Array:
    """The ids of removed conversations, sorted.

    Raises:
        TombstoneError: the file exists and cannot be read.
    """
    return read_tombstones(store)["conversation_id"].combine_chunks()


def is_removed(store: StorePath, conversation_id: str) -> bool:
    """Whether a conversation was removed."""
    return conversation_id in removed_ids(store).to_pylist()


def add_tombstones(store: StorePath, ids: Sequence[str], reason: str, who: str) -> int:
    """Add tombstones, all of them atomically and for good.

    Returns:
        How many are new; conversations that were removed before keep their date and reason.

    Raises:
        TombstoneError: the file cannot be read or written; nothing is added then.
    """
    facts = {"removed_at": _now(), "removed_by": who, "reason": reason, "purged_at": None}
    with _lock(store):
        before = read_tombstones(store)
        new = sorted(set(ids) - set(before["conversation_id"].to_pylist()))
        rows = pa.Table.from_pylist([{"conversation_id": id_, **facts} for id_ in new], SCHEMA)
        if new:
            _write(store, pa.concat_tables([before, rows]).sort_by("conversation_id"))
    return len(new)


def mark_purged(store: StorePath, ids: pa.Array) -> None:
    """Record that the data of some conversations has been deleted from the store.

    Raises:
        TombstoneError: the file cannot be read or written.
    """
    with _lock(store):
        rows = read_tombstones(store)
        is_purged = pc.is_in(rows["conversation_id"], ids)
        at = pc.if_else(is_purged, pc.coalesce(rows["purged_at"], _now()), rows["purged_at"])
        column = rows.schema.get_field_index("purged_at")
        _write(store, rows.set_column(column, "purged_at", at))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(store: StorePath, rows: pa.Table) -> None:
    with atomic_write(store.removed_path) as path:
        pq.write_table(rows.cast(SCHEMA), path)


@contextmanager
def _lock(store: StorePath) -> Iterator[None]:
    """Hold the lock for removals. It is not the write lock: a removal must not wait for a build."""
    try:
        with (store.path / ".removing").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise TombstoneError(store.removed_path, error.strerror or type(error).__name__) from error
