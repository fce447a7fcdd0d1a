"""Write a synthetic dataset: streamed, in shards, the same bytes for the same arguments."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from os import cpu_count
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from queries.errors import UsageError
from queries.layout import whole_file
from queries.prepare.sources import SYNTHETIC_KEY
from queries.progress import Progress
from queries.published import CURRENT_SCHEMA, EARLY_SCHEMA
from queries.sample.rows import RowMaker

BATCH_ROWS = 8_192
"""Rows made at once, and rows of a row group."""

_SCHEMAS = {"current": CURRENT_SCHEMA, "early": EARLY_SCHEMA}


def write_sample(
    out: Path,
    rows: int,
    seed: int,
    progress: Progress,
    schema: Literal["current", "early"] = "current",
    shards: int = 1,
) -> list[Path]:
    """Write synthetic conversations and return the files.

    Args:
        out: a file that ends in ``.parquet`` for one shard; else a folder.
        rows: how many, from 0.
        seed: another seed gives other conversations.
        progress: shows the step.
        schema: with the `redacted` column, or as first published, without it.
        shards: number of files of about the same size.

    Raises:
        UsageError: several shards in one file, a folder with other parquet files in it, or a file
            that is there already and was not written by this.
    """
    paths = _shard_paths(out, shards)
    if out.suffix != ".parquet":
        _check_alone(out, paths)
    for path in paths:
        _check_is_sample(path)
    bounds = [rows * n // shards for n in range(shards + 1)]
    maker = RowMaker(seed, rows)
    published = _SCHEMAS[schema].with_metadata({SYNTHETIC_KEY: f"seed {seed}".encode()})
    with progress.step("Writing conversations", rows, "rows") as advance:
        for path, start, stop in zip(paths, bounds, bounds[1:], strict=False):
            with ExitStack() as stack:
                temporary = stack.enter_context(whole_file(path))
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
    """Refuse to mix a dataset with another one in the same folder."""
    others = sorted({*folder.glob("*.parquet")} - {*paths})
    if others:
        raise UsageError(
            f"{folder} holds other parquet files already, e.g. {others[0].name}. "
            "Name an empty folder, or remove them."
        )


def _check_is_sample(path: Path) -> None:
    """Refuse to write over data that cannot be made again."""
    if not path.exists():
        return
    try:
        is_sample = SYNTHETIC_KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        is_sample = False
    if not is_sample:
        raise UsageError(f"{path} is there already, and no sample: name another file.")


def _batches(maker: RowMaker, start: int, stop: int) -> Iterator[pa.RecordBatch]:
    """Batches in order, made a few ahead of their use on all cores."""
    workers = min(4, cpu_count() or 1)
    pending: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for first in range(start, stop, BATCH_ROWS):
            pending.append(pool.submit(maker.rows, first, min(first + BATCH_ROWS, stop)))
            if len(pending) > workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
