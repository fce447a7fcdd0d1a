"""The vectors of distinct prompts: embedded bucket by bucket, then indexed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lancedb.index import IvfRq

from queries.layout import whole_file
from queries.prepare.index.full_text import numbered_table
from queries.prepare.index.prompts import PromptTexts
from queries.progress import Advance, Progress
from queries.search.embedder import Embedder
from queries.search.index import CUT_FILE, VECTOR_FILE
from queries.search.meaning import COMPARED_ONE_BY_ONE

PARTITION_ROWS = 1_000
"""Vectors in a partition of the index, about."""

NPROBES = 192
"""Partitions looked into for up to a hundred rows: recall 0.999 in 9 ms with 500,000 vectors."""

REFINE_FACTOR = 8
"""So many times the rows asked for are compared by whole vectors; half of it for many rows."""


def embedded(
    out: Path, texts: PromptTexts, embedder: Embedder, progress: Progress
) -> tuple[int, dict[str, Any]]:
    """Embed every bucket that has no vectors yet, as float16.

    Returns:
        How many prompts were embedded before, and what this run found: rate and cut texts.
    """
    buckets = texts.buckets()
    sizes = [pq.read_metadata(path).num_rows for path in buckets]
    out.mkdir(exist_ok=True)
    resumed = 0
    with progress.step("Embedding prompts", sum(sizes), "prompts") as advance:
        for path, size in zip(buckets, sizes, strict=True):
            target = out / f"{path.stem}.npz"
            if target.is_file():
                resumed += size
            else:
                _embed(path, target, embedder)
            advance(size)
    said = [np.load(out / f"{path.stem}.npz") for path in buckets]
    seconds = sum(float(bucket["seconds"]) for bucket in said)
    return resumed, {
        "cut_prompt_count": sum(int(bucket["is_cut"].sum()) for bucket in said),
        "prompts_per_second": round(sum(sizes) / seconds, 1) if seconds else None,
    }


def build_vectors(
    tables: Path, vectors: Path, dimension: int, progress: Progress
) -> dict[str, Any]:
    """Write the table `prompts`, and index it where it is too large to be compared one by one."""
    files = sorted(vectors.glob("*.npz"))
    schema = pa.schema([pa.field("vector", pa.list_(pa.float16(), dimension))])
    with progress.step("Writing vectors", len(files), "buckets") as advance:
        rows = pa.RecordBatchReader.from_batches(schema, _batches(files, schema, advance))
        table = numbered_table(lancedb.connect(tables), "prompts", rows)
    count = table.count_rows()
    _write_file(tables / VECTOR_FILE, files, count, dimension)
    _write_flags(tables / CUT_FILE, files)
    if count <= COMPARED_ONE_BY_ONE:
        return {"vector_index": None}
    partitions = max(1, count // PARTITION_ROWS)
    with progress.step("Indexing vectors", count, "prompts") as advance:
        table.create_index(
            "vector",
            config=IvfRq(distance_type="cosine", num_partitions=partitions, num_bits=1),
        )
        advance(count)
    said = {
        "type": "IVF_RQ",
        "num_partitions": partitions,
        "nprobes": NPROBES,
        "refine_factor": REFINE_FACTOR,
    }
    return {"vector_index": said}


def _write_file(path: Path, files: list[Path], count: int, dimension: int) -> None:
    """Write all vectors into one file, to be mapped into memory."""
    header = {"descr": "<f2", "fortran_order": False, "shape": (count, dimension)}
    with whole_file(path) as temporary, temporary.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for file in files:
            out.write(np.load(file)["vectors"].astype("<f2").tobytes())


def _write_flags(path: Path, files: list[Path]) -> None:
    """Write which prompts are longer than the model reads, so that fewer can be counted later."""
    flags = [np.empty(0, bool), *(np.load(file)["is_cut"] for file in files)]
    with whole_file(path) as temporary, temporary.open("wb") as out:
        np.save(out, np.concatenate(flags))


def _embed(texts: Path, out: Path, embedder: Embedder) -> None:
    column = pq.read_table(texts)["text"].to_pylist()
    begun = time.monotonic()
    vectors = embedder.documents(column).astype(np.float16)
    seconds = time.monotonic() - begun
    is_cut = embedder.are_cut(column)
    with whole_file(out) as path, path.open("wb") as file:
        np.savez(file, vectors=vectors, is_cut=is_cut, seconds=seconds)


def _batches(files: list[Path], schema: pa.Schema, advance: Advance) -> Iterator[pa.RecordBatch]:
    for path in files:
        vectors = np.load(path)["vectors"]
        flat = pa.array(vectors.reshape(-1))
        column = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        yield pa.record_batch([column], schema=schema)
        advance(1)
