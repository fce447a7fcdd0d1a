"""First pass: flatten each unit of source rows and sort its rows into parts."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.prepare.build_plan import UNIT_ROWS, Plan, Unit
from queries.prepare.flatten import FlatTables, flatten
from queries.prepare.sources import Source, read_rows
from queries.store.atomic_files import atomic_write, write_json, write_text

TABLES = ("conversations", "messages", "verbatim")

_KEY_CHECK = "group-key-check"


@dataclass(frozen=True, slots=True)
class ScatteredChunks:
    """The files of the first pass: some chunks per unit, and a record batch per part in each.

    Attributes:
        folder: where they are.
        units: the number of units.
        group_key: the key of the store's prompt groups.
    """

    folder: Path
    units: int
    group_key: bytes

    def chunk_path(self, unit: int, chunk: int, table: str) -> Path:
        """One table of one chunk: an Arrow IPC file with a record batch for each part."""
        return self.folder / f"unit-{unit:06d}-{chunk:04d}.{table}.arrow"

    def done_path(self, unit: int) -> Path:
        """The summary of a unit; written last, so it marks the unit as done."""
        return self.folder / f"unit-{unit:06d}.json"

    def is_done(self, unit: int) -> bool:
        """Whether a unit is complete."""
        return self.done_path(unit).is_file()

    def summary(self, unit: int) -> dict[str, dict[str, int] | int]:
        """Chunks, rows and oddities of a complete unit."""
        summary: dict[str, dict[str, int] | int] = json.loads(self.done_path(unit).read_text())
        return summary

    def part(self, part: int, table: str) -> pa.Table:
        """All rows of one part, in the order they were read."""
        batches = []
        for unit in range(self.units):
            for chunk in range(int(str(self.summary(unit)["chunks"]))):
                with pa.memory_map(str(self.chunk_path(unit, chunk, table))) as file:
                    batches.append(pa.ipc.open_file(file).get_batch(part))
        return pa.Table.from_batches(batches)


def record_group_key(folder: Path, key: bytes) -> None:
    """Record which key of prompt groups the units in a folder are flattened with."""
    write_text(folder / _KEY_CHECK, _key_check(key))


def is_scattered_with(folder: Path, key: bytes) -> bool:
    """Whether the units in a folder were flattened with this key of prompt groups."""
    path = folder / _KEY_CHECK
    return path.is_file() and path.read_text() == _key_check(key)


def _key_check(key: bytes) -> str:
    """Tells two keys apart. A key is random, so nobody can guess it from this."""
    return hashlib.sha256(key).hexdigest()


def scatter_unit(
    scattered: ScatteredChunks, number: int, unit: Unit, source: Source, plan: Plan
) -> None:
    """Read, flatten and write one unit; its `done_path` is written last."""
    rows = chunks = 0
    oddities: dict[str, int] = {}
    for batch in _batches(source, unit):
        within_limit = batch.slice(0, unit.row_count - rows)
        if chunks and not within_limit.num_rows:
            break
        is_left_out = pc.is_in(within_limit["conversation_id"], plan.left_out)
        remaining = within_limit.filter(pc.invert(is_left_out))
        flat = flatten(remaining, scattered.group_key)
        _write_chunk(scattered, number, chunks, flat, plan.first_ids)
        for name, count in flat.oddities.items():
            oddities[name] = oddities.get(name, 0) + count
        rows += within_limit.num_rows
        chunks += 1
    write_json(scattered.done_path(number), {"chunks": chunks, "rows": rows, "oddities": oddities})


def _batches(source: Source, unit: Unit) -> Iterator[pa.RecordBatch]:
    """The rows of a unit; one empty batch if it has none."""
    batch = None
    for batch in read_rows(source, unit.row_groups, UNIT_ROWS):
        yield batch
    if batch is None:
        yield pa.RecordBatch.from_pylist([], CANONICAL_SCHEMA)


def _write_chunk(
    scattered: ScatteredChunks, unit: int, chunk: int, flat: FlatTables, first_ids: Sequence[str]
) -> None:
    part_of = _parts(flat.conversations["conversation_id"], first_ids)
    lengths = flat.conversations["message_count"].fill_null(0).to_numpy()
    verbatim_parts = _parts(flat.verbatim["conversation_id"], first_ids)
    rows = (
        (flat.conversations, part_of),
        (flat.messages, np.repeat(part_of, lengths)),
        (flat.verbatim, verbatim_parts),
    )
    for table, (batch, parts) in zip(TABLES, rows, strict=True):
        _write_parts(
            scattered.chunk_path(unit, chunk, table), batch, parts, part_count=len(first_ids) + 1
        )


def _parts(ids: pa.Array, first_ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """The part of each id: the number of first ids at or below it, compared as bytes."""
    if not first_ids:
        return np.zeros(len(ids), dtype=np.int64)
    merged = pa.concat_arrays([pa.array(first_ids, pa.string()), ids])
    order = pc.sort_indices(merged).to_numpy()
    is_boundary = order < len(first_ids)
    part = np.empty(len(order), dtype=np.int64)
    # sort_indices is stable, so a first id comes before the id that equals it.
    part[order] = np.cumsum(is_boundary)
    return part[len(first_ids) :]


def _write_parts(
    path: Path, batch: pa.RecordBatch, parts: npt.NDArray[np.int64], part_count: int
) -> None:
    ordered = batch.take(pa.array(np.argsort(parts, kind="stable")))
    ends = np.cumsum(np.bincount(parts, minlength=part_count))
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        atomic_write(path) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, batch.schema, options=options) as writer,
    ):
        start = 0
        for end in ends:
            writer.write_batch(ordered.slice(start, int(end) - start))
            start = int(end)
