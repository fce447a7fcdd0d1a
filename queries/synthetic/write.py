"""Write a synthetic dataset to parquet files. The same arguments give the same bytes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.lmsys_chat import CURRENT_SCHEMA, EARLY_SCHEMA
from queries.errors import UsageError
from queries.prepare.sources import SYNTHETIC_KEY
from queries.runtime.ordered_results import results_in_order
from queries.runtime.progress import Progress
from queries.store.atomic_files import atomic_write
from queries.synthetic.rows import RowMaker

BATCH_ROWS = 8_192
"""Rows generated at once, and rows of a row group."""

_SCHEMAS = {"current": CURRENT_SCHEMA, "early": EARLY_SCHEMA}


def write_synthetic_dataset(
    out: Path,
    rows: int,
    seed: int,
    progress: Progress,
    schema: Literal["current", "early"] = "current",
    shards: int = 1,
) -> list[Path]:
    """Write synthetic conversations.

    Args:
        out: a file that ends in ``.parquet`` for one shard, else a folder.
        rows: number of conversations; may be 0.
        seed: another seed gives other conversations.
        progress: shows the step.
        schema: the current release, or the early one without `redacted`.
        shards: number of files, of about the same size.

    Returns:
        The files.

    Raises:
        UsageError: several shards in one file, a folder that contains other parquet files, or an
            existing file that this function did not write.
    """
    paths = _shard_paths(out, shards)
    if out.suffix != ".parquet":
        _check_alone(out, paths)
    for path in paths:
        _check_is_synthetic(path)
    bounds = [rows * n // shards for n in range(shards + 1)]
    maker = RowMaker(seed, rows)
    published = _SCHEMAS[schema].with_metadata({SYNTHETIC_KEY: f"seed {seed}".encode()})
    with progress.step("Writing conversations", rows, "rows") as advance:
        for path, start, stop in zip(paths, bounds, bounds[1:], strict=False):
            with ExitStack() as stack:
                temporary = stack.enter_context(atomic_write(path))
                writer = stack.enter_context(
                    pq.ParquetWriter(
                        temporary,
                        published,
                        compression="zstd",
                        use_dictionary=["model", "language", "conversation.list.element.role"],
                        write_statistics=["conversation_id", "model", "turn", "language"],
                    )
                )
                for batch in _batches(maker, start, stop):
                    table = pa.Table.from_batches([batch]).select(published.names)
                    writer.write_table(table, row_group_size=BATCH_ROWS)
                    advance(batch.num_rows)
    return paths


def _shard_paths(out: Path, shards: int) -> list[Path]:
    if out.suffix == ".parquet":
        if shards > 1:
            raise UsageError(f"{out} is one file: name a folder to write {shards} shards into.")
        return [out]
    return [out / f"train-{n:05d}-of-{shards:05d}.parquet" for n in range(shards)]


def _check_alone(folder: Path, paths: list[Path]) -> None:
    """Refuse to mix a dataset with other files in its folder."""
    others = sorted({*folder.glob("*.parquet")} - {*paths})
    if others:
        raise UsageError(
            f"{folder} already contains other parquet files, e.g. {others[0].name}. "
            "Name an empty folder, or remove them."
        )


def _check_is_synthetic(path: Path) -> None:
    """Refuse to overwrite data that cannot be generated again."""
    if not path.exists():
        return
    try:
        is_synthetic = SYNTHETIC_KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        is_synthetic = False
    if not is_synthetic:
        raise UsageError(f"{path} exists and is not a synthetic dataset: name another file.")


def _batches(maker: RowMaker, start: int, stop: int) -> Iterator[pa.RecordBatch]:
    """Batches in order, generated a few ahead in a thread pool."""
    workers = min(4, cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        tasks = (
            partial(maker.rows, first, min(first + BATCH_ROWS, stop))
            for first in range(start, stop, BATCH_ROWS)
        )
        yield from results_in_order(pool, tasks, workers)
