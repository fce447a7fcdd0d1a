"""The conversations that may never be shown again: `removed.parquet`, which outlives every version.

It holds their ids, and when, why and by whom they were removed; nothing that was said in them.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import RegisterError
from queries.layout import StorePath, whole_file

SCHEMA = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("removed_at", pa.string()),
        ("removed_by", pa.string()),
        ("reason", pa.string()),
        ("purged_at", pa.string()),
    ]
)
"""Times are UTC, ISO 8601; `purged_at` is null until `chatscape purge` has taken the bytes."""


def stamp(store: StorePath) -> str:
    """What changes with the register; empty where nothing was ever removed. A few microseconds."""
    try:
        found = store.removed_path.stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"


def removed(store: StorePath) -> pa.Table:
    """The register, a row for each conversation, sorted by id.

    Raises:
        RegisterError: it is there and cannot be read.
    """
    try:
        rows = pq.read_table(store.removed_path, schema=SCHEMA, partitioning=None)
    except FileNotFoundError:
        return SCHEMA.empty_table()
    except (OSError, pa.ArrowException) as error:
        raise RegisterError(store.removed_path) from error
    # So a table without the column is read.
    if rows["conversation_id"].null_count:
        raise RegisterError(store.removed_path)
    return rows


def removed_ids(store: StorePath) -> pa.Array:
    """The ids in the register, sorted.

    Raises:
        RegisterError: it is there and cannot be read.
    """
    return removed(store)["conversation_id"].combine_chunks()


def is_removed(store: StorePath, conversation_id: str) -> bool:
    """Whether a conversation is in the register."""
    return conversation_id in removed_ids(store).to_pylist()


def register(store: StorePath, ids: Sequence[str], reason: str, who: str) -> int:
    """Add conversations to the register: all at once, and for good.

    Returns:
        How many were not in it before; those that were keep their date and reason.

    Raises:
        RegisterError: it cannot be read or written; nothing is added then.
    """
    at = _now()
    with _held(store):
        before = removed(store)
        known = set(before["conversation_id"].to_pylist())
        new = sorted(set(ids) - known)
        said = {"removed_at": at, "removed_by": who, "reason": reason, "purged_at": None}
        rows = pa.Table.from_pylist([{"conversation_id": one, **said} for one in new], SCHEMA)
        if new:
            _write(store, pa.concat_tables([before, rows]).sort_by("conversation_id"))
    return len(new)


def mark_purged(store: StorePath, ids: pa.Array) -> None:
    """Say in the register that no byte of some conversations is in the store any more.

    Raises:
        RegisterError: it cannot be read or written.
    """
    with _held(store):
        rows = removed(store)
        is_purged = pc.is_in(rows["conversation_id"], ids)
        at = pc.if_else(is_purged, pc.coalesce(rows["purged_at"], _now()), rows["purged_at"])
        place = rows.schema.get_field_index("purged_at")
        _write(store, rows.set_column(place, "purged_at", at))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(store: StorePath, rows: pa.Table) -> None:
    with whole_file(store.removed_path) as path:
        pq.write_table(rows.cast(SCHEMA), path)


@contextmanager
def _held(store: StorePath) -> Iterator[None]:
    """One at a time; a build that holds the store does not keep a removal waiting."""
    try:
        with (store.path / ".removing").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise RegisterError(store.removed_path, error.strerror or type(error).__name__) from error
