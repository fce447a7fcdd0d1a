"""First pass: flatten one unit of raw rows and lay its rows out by part, in whole files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.layout import whole_file, write_json
from queries.prepare.flatten import Flat, flatten
from queries.prepare.plan import UNIT_ROWS, Plan, Unit
from queries.prepare.sources import Source, read_rows
from queries.published import CURRENT_SCHEMA

TABLES = ("conversations", "messages", "verbatim")


@dataclass(frozen=True, slots=True)
class Scattered:
    """The files of the first pass: for every unit some chunks, in each a batch for each part."""

    folder: Path
    units: int

    def chunk_path(self, unit: int, chunk: int, table: str) -> Path:
        """One table of one chunk, an Arrow IPC file with a record batch for each part."""
        return self.folder / f"unit-{unit:06d}-{chunk:04d}.{table}.arrow"

    def done_path(self, unit: int) -> Path:
        """Written last: what a finished unit holds."""
        return self.folder / f"unit-{unit:06d}.json"

    def is_done(self, unit: int) -> bool:
        """Whether a unit needs no more work."""
        return self.done_path(unit).is_file()

    def summary(self, unit: int) -> dict[str, dict[str, int] | int]:
        """Chunks, rows and oddities of a finished unit."""
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


def scatter_unit(scattered: Scattered, number: int, unit: Unit, source: Source, plan: Plan) -> None:
    """Read, flatten and write one unit; its `done_path` says when that is complete."""
    rows = chunks = 0
    oddities: dict[str, int] = {}
    for batch in _batches(source, unit):
        wanted = batch.slice(0, unit.row_count - rows)
        if chunks and not wanted.num_rows:
            break
        is_left_out = pc.is_in(wanted["conversation_id"], plan.left_out)
        flat = flatten(wanted.filter(pc.invert(is_left_out)))
        _write_chunk(scattered, number, chunks, flat, plan.first_ids)
        for name, count in flat.oddities.items():
            oddities[name] = oddities.get(name, 0) + count
        rows += wanted.num_rows
        chunks += 1
    write_json(scattered.done_path(number), {"chunks": chunks, "rows": rows, "oddities": oddities})


def _batches(source: Source, unit: Unit) -> Iterator[pa.RecordBatch]:
    """The rows of a unit, at least one batch, though it may be empty."""
    batch = None
    for batch in read_rows(source, unit.row_groups, UNIT_ROWS):
        yield batch
    if batch is None:
        yield pa.RecordBatch.from_pylist([], CURRENT_SCHEMA)


def _write_chunk(
    scattered: Scattered, unit: int, chunk: int, flat: Flat, first_ids: Sequence[str]
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
    """The part of each id: the number of boundaries at or below it, compared as bytes."""
    if not first_ids:
        return np.zeros(len(ids), dtype=np.int64)
    merged = pa.concat_arrays([pa.array(first_ids, pa.string()), ids])
    order = pc.sort_indices(merged).to_numpy()
    is_boundary = order < len(first_ids)
    part = np.empty(len(order), dtype=np.int64)
    # sort_indices is stable, so that a boundary comes before the id that equals it.
    part[order] = np.cumsum(is_boundary)
    return part[len(first_ids) :]


def _write_parts(
    path: Path, batch: pa.RecordBatch, parts: npt.NDArray[np.int64], part_count: int
) -> None:
    ordered = batch.take(pa.array(np.argsort(parts, kind="stable")))
    ends = np.cumsum(np.bincount(parts, minlength=part_count))
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with (
        whole_file(path) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, batch.schema, options=options) as writer,
    ):
        start = 0
        for end in ends:
            writer.write_batch(ordered.slice(start, int(end) - start))
            start = int(end)
