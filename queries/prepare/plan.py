"""What a build will do: which row groups are read together, and which ids go into which part."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import SourceError
from queries.prepare.sources import Source, read_ids

PREPARE_VERSION = 2
"""Raised when the same raw data would give another store."""

UNIT_ROWS = 20_000
"""Rows that are read and flattened at once."""

PART_ROWS = 32_768
"""Conversations in a part of the store, about."""

PART_BYTES = 400_000_000
"""Raw bytes that a part is made from, at most, about; it is sorted in memory."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Consecutive row groups of one source; the smallest piece of work that is resumed."""

    source: int
    row_groups: tuple[int, ...]
    row_count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole work of one build.

    Attributes:
        fingerprint: changes when the raw data, the options or the code would give another store.
        units: what is read, in order.
        first_ids: for each part but the first, the smallest id in it, ascending.
        row_count: conversations to prepare.
        left_out: ids of the sources that were removed, sorted.
    """

    fingerprint: str
    units: tuple[Unit, ...]
    first_ids: tuple[str, ...]
    row_count: int
    left_out: pa.Array

    @property
    def part_count(self) -> int:
        """Number of parts of each table."""
        return len(self.first_ids) + 1


def plan(sources: Sequence[Source], limit: int | None, removed: pa.Array) -> Plan:
    """The plan for some sources, at most their first `limit` rows, less those that were removed.

    Args:
        sources: the raw files.
        limit: rows to read, in the order of files; all without one.
        removed: ids that may never be shown again, sorted.

    Raises:
        SourceError: an id is null or stands twice (names the file, and three of them).
    """
    # A store without rows still has its tables: one unit that reads nothing writes them.
    units = tuple(_units(sources, limit)) or (Unit(0, (), 0),)
    ids = _checked_ids(sources, limit)
    left_out = removed.filter(pc.is_in(removed, ids.combine_chunks()))
    ids = ids.filter(pc.invert(pc.is_in(ids, left_out)))
    return Plan(
        fingerprint=fingerprint([source.sha256 for source in sources], limit, left_out),
        units=units,
        first_ids=tuple(_boundaries(ids, _bytes_of(len(ids), sources))),
        row_count=len(ids),
        left_out=left_out,
    )


def fingerprint(sources: Sequence[str], limit: int | None, left_out: pa.Array | None = None) -> str:
    """12 hex digits that stand for what a store is made of, and the version of this code.

    Args:
        sources: the hash of each raw file, in order.
        limit: rows that are read; all without one.
        left_out: ids of the sources that were removed, sorted.
    """
    said: dict[str, object] = {"prepare": PREPARE_VERSION, "limit": limit, "sources": [*sources]}
    if left_out is not None and len(left_out):
        said["left_out"] = ids_sha256(left_out.to_pylist())
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def ids_sha256(ids: Iterable[str]) -> str:
    """The hash of sorted ids, by which two machines tell whether they mean the same."""
    return hashlib.sha256("".join(f"{one}\n" for one in ids).encode()).hexdigest()


def _units(sources: Sequence[Source], limit: int | None) -> Iterator[Unit]:
    left = limit
    for number, source in enumerate(sources):
        groups: list[int] = []
        rows = 0
        for group, group_rows in enumerate(source.row_groups):
            if left is not None and left <= 0:
                break
            if groups and rows + group_rows > UNIT_ROWS:
                yield Unit(number, tuple(groups), rows)
                groups, rows = [], 0
            taken = group_rows if left is None else min(group_rows, left)
            left = None if left is None else left - taken
            groups.append(group)
            rows += taken
        if groups:
            yield Unit(number, tuple(groups), rows)


def _checked_ids(sources: Sequence[Source], limit: int | None) -> pa.ChunkedArray:
    by_path: dict[str, pa.ChunkedArray] = {}
    left = limit
    for source in sources:
        ids = read_ids(source).slice(0, left)
        left = None if left is None else left - len(ids)
        _check_texts(source, ids)
        by_path[source.path] = ids
    chunks = [chunk for ids in by_path.values() for chunk in ids.chunks]
    every = pa.chunked_array(chunks, pa.string())
    _check_unique(every, by_path)
    return every


def _check_texts(source: Source, ids: pa.ChunkedArray) -> None:
    if ids.null_count:
        raise SourceError(
            f"{source.path}: the column 'conversation_id' is null in {ids.null_count:,} rows. "
            "Every conversation needs an id: drop these rows or give them one."
        )
    try:
        ids.validate(full=True)
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"{source.path}: the column 'conversation_id' holds text that is not UTF-8."
        ) from error


def _check_unique(ids: pa.ChunkedArray, by_path: Mapping[str, pa.ChunkedArray]) -> None:
    counts = pc.value_counts(ids)
    repeated = counts.filter(pc.greater(counts.field("counts"), 1))
    if not len(repeated):
        return
    examples = repeated.field("values").sort().slice(0, 3)
    named = ", ".join(examples.to_pylist())
    holding = [path for path, held in by_path.items() if pc.any(pc.is_in(held, examples)).as_py()]
    many = "1 id stands" if len(repeated) == 1 else f"{len(repeated):,} ids stand"
    raise SourceError(
        f"{', '.join(holding)}: {many} more than once in the column 'conversation_id', e.g. "
        f"{named}. Drop the repeated rows, or prepare only one of the files that hold them."
    )


def _bytes_of(rows: int, sources: Sequence[Source]) -> int:
    """Raw bytes of some of the rows, about."""
    every = sum(source.row_count for source in sources)
    return sum(source.uncompressed_bytes for source in sources) * rows // max(every, 1)


def _boundaries(ids: pa.ChunkedArray, raw_bytes: int) -> Iterator[str]:
    """Ids that cut all of them into parts of about `PART_ROWS`, or fewer where rows are long."""
    parts = min(max(-(-len(ids) // PART_ROWS), -(-raw_bytes // PART_BYTES)), len(ids))
    if parts <= 1:
        return
    ordered = ids.take(pc.sort_indices(ids))
    for cut in np.linspace(0, len(ids), parts + 1).astype(int)[1:-1]:
        yield ordered[int(cut)].as_py()
