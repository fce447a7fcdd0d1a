"""The plan of a build: which row groups are read together, and which ids go into which part."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.registry import dataset_named
from queries.errors import SourceError
from queries.prepare.sources import Source, common_dataset, read_ids
from queries.store.checksums import ids_sha256

PREPARE_VERSION = 5
"""Raised when the same source files would give another store."""

UNIT_ROWS = 20_000
"""Rows that are read and flattened together, about."""

PART_ROWS = 32_768
"""Conversations in a part, about."""

PART_BYTES = 400_000_000
"""Uncompressed source bytes of a part, at most, about; a part is sorted in memory."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Consecutive row groups of one source file. An interrupted build resumes by unit."""

    source: int
    row_groups: tuple[int, ...]
    row_count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one build.

    Attributes:
        fingerprint: changes when the source files, the options or the code would give another
            store.
        units: what to read, in order.
        first_ids: the smallest id of each part except the first, ascending.
        row_count: conversations to prepare.
        left_out: ids in the source files that were removed, sorted.
    """

    fingerprint: str
    units: tuple[Unit, ...]
    first_ids: tuple[str, ...]
    row_count: int
    left_out: pa.Array

    @property
    def part_count(self) -> int:
        """Number of parts."""
        return len(self.first_ids) + 1


def plan_build(sources: Sequence[Source], limit: int | None, removed: pa.Array) -> Plan:
    """Plan the build of some source files.

    Args:
        sources: the files.
        limit: rows to read, in the order of files; all if None.
        removed: ids that must be left out, sorted.

    Raises:
        SourceError: an id is null, or occurs more than once.
    """
    # One unit that reads nothing writes the tables of an empty store.
    units = tuple(_units(sources, limit)) or (Unit(0, (), 0),)
    ids = _checked_ids(sources, limit)
    left_out = removed.filter(pc.is_in(removed, ids.combine_chunks()))
    ids = ids.filter(pc.invert(pc.is_in(ids, left_out)))
    return Plan(
        fingerprint=fingerprint([source.identity for source in sources], limit, left_out),
        units=units,
        first_ids=tuple(_boundaries(ids, _bytes_of(len(ids), sources))),
        row_count=len(ids),
        left_out=left_out,
    )


def fingerprint(sources: Sequence[str], limit: int | None, left_out: pa.Array | None = None) -> str:
    """12 hex digits that identify the input of a build and the version of this code.

    Args:
        sources: the identity of each source file, in order.
        limit: rows that are read; all if None.
        left_out: ids in the source files that were removed, sorted.
    """
    facts: dict[str, object] = {"prepare": PREPARE_VERSION, "limit": limit, "sources": [*sources]}
    if left_out is not None and len(left_out):
        facts["left_out"] = ids_sha256(left_out.to_pylist())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


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
        _check_ids(source, ids)
        by_path[source.path] = ids
    chunks = [chunk for ids in by_path.values() for chunk in ids.chunks]
    all_ids = pa.chunked_array(chunks, pa.string())
    _check_unique(all_ids, by_path, common_dataset(sources).id_column)
    return all_ids


def _check_ids(source: Source, ids: pa.ChunkedArray) -> None:
    column = dataset_named(source.dataset).id_column
    if ids.null_count:
        raise SourceError(
            f"{source.path}: the column {column!r} is null in {ids.null_count:,} rows. "
            "Every conversation needs an id: drop these rows, or give them one."
        )
    try:
        ids.validate(full=True)
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"{source.path}: the column {column!r} contains text that is not UTF-8."
        ) from error


def _check_unique(
    ids: pa.ChunkedArray, by_path: Mapping[str, pa.ChunkedArray], column: str
) -> None:
    counts = pc.value_counts(ids)
    repeated = counts.filter(pc.greater(counts.field("counts"), 1))
    if not len(repeated):
        return
    examples = repeated.field("values").sort().slice(0, 3)
    paths = [
        path for path, of_file in by_path.items() if pc.any(pc.is_in(of_file, examples)).as_py()
    ]
    count = "1 id occurs" if len(repeated) == 1 else f"{len(repeated):,} ids occur"
    raise SourceError(
        f"{', '.join(paths)}: {count} more than once in the column {column!r}, e.g. "
        f"{', '.join(examples.to_pylist())}. Drop the repeated rows, or prepare only one of the "
        "files that contain them."
    )


def _bytes_of(rows: int, sources: Sequence[Source]) -> int:
    """Uncompressed bytes of some of the rows, about."""
    row_count = sum(source.row_count for source in sources)
    return sum(source.uncompressed_bytes for source in sources) * rows // max(row_count, 1)


def _boundaries(ids: pa.ChunkedArray, raw_bytes: int) -> Iterator[str]:
    """The first id of each part except the first. Long rows make smaller parts."""
    parts = min(max(-(-len(ids) // PART_ROWS), -(-raw_bytes // PART_BYTES)), len(ids))
    if parts <= 1:
        return
    ordered = ids.take(pc.sort_indices(ids))
    for cut in np.linspace(0, len(ids), parts + 1).astype(int)[1:-1]:
        yield ordered[int(cut)].as_py()
