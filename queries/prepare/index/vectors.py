"""Embed distinct prompts bucket by bucket, and index their vectors."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lancedb.index import IvfRq

from queries.prepare.index.distinct_prompts import PromptTexts
from queries.prepare.index.full_text import numbered_table
from queries.runtime.progress import Advance, Progress
from queries.search.embedder import Embedder
from queries.search.index import CUT_FILE, VECTOR_FILE
from queries.search.semantic import EXACT_SEARCH_MAX
from queries.store.atomic_files import atomic_write
from queries.store.index_progress import EMBEDDING

PARTITION_ROWS = 1_000
"""Vectors per partition of the index, about."""

NPROBES = 192
"""Partitions searched for up to 100 rows: recall 0.999 in 9 ms with 500,000 vectors."""

REFINE_FACTOR = 8
"""Candidates that are reranked by full vectors, per requested row; half of it for many rows."""


SLICE_PROMPTS = 128
"""Prompts of a bucket that are embedded in one go: after each slice, the progress moves."""


def embed_prompts(
    out: Path, texts: PromptTexts, embedder: Embedder, progress: Progress
) -> tuple[int, dict[str, Any]]:
    """Embed every bucket that has no vectors yet, as float16.

    Returns:
        How many prompts an interrupted run had embedded, and for the manifest
        ``cut_prompt_count`` and ``prompts_per_second``.
    """
    buckets = texts.buckets()
    sizes = [pq.read_metadata(path).num_rows for path in buckets]
    out.mkdir(exist_ok=True)
    targets = [out / f"{path.stem}.npz" for path in buckets]
    done = [target.is_file() for target in targets]
    resumed = sum(size for size, is_done in zip(sizes, done, strict=True) if is_done)
    with progress.step(EMBEDDING, sum(sizes), "prompts", done=resumed) as advance:
        for path, target, is_done in zip(buckets, targets, done, strict=True):
            if not is_done:
                _embed(path, target, embedder, advance)
    results = [np.load(target) for target in targets]
    seconds = sum(float(bucket["seconds"]) for bucket in results)
    return resumed, {
        "cut_prompt_count": sum(int(bucket["is_cut"].sum()) for bucket in results),
        "prompts_per_second": round(sum(sizes) / seconds, 1) if seconds else None,
    }


def build_vectors(
    tables: Path, vectors: Path, dimension: int, progress: Progress
) -> dict[str, Any]:
    """Write the table `prompts`, and index it if it is too large for exact search."""
    files = sorted(vectors.glob("*.npz"))
    schema = pa.schema([pa.field("vector", pa.list_(pa.float16(), dimension))])
    with progress.step("Writing vectors", len(files), "buckets") as advance:
        rows = pa.RecordBatchReader.from_batches(schema, _batches(files, schema, advance))
        table = numbered_table(lancedb.connect(tables), "prompts", rows)
    count = table.count_rows()
    _write_file(tables / VECTOR_FILE, files, count, dimension)
    _write_flags(tables / CUT_FILE, files)
    if count <= EXACT_SEARCH_MAX:
        return {"vector_index": None}
    partitions = max(1, count // PARTITION_ROWS)
    with progress.step("Indexing vectors", count, "prompts") as advance:
        table.create_index(
            "vector",
            config=IvfRq(distance_type="cosine", num_partitions=partitions, num_bits=1),
        )
        advance(count)
    settings = {
        "type": "IVF_RQ",
        "num_partitions": partitions,
        "nprobes": NPROBES,
        "refine_factor": REFINE_FACTOR,
    }
    return {"vector_index": settings}


def _write_file(path: Path, files: list[Path], count: int, dimension: int) -> None:
    """Write all vectors into one file, which readers map into memory."""
    header = {"descr": "<f2", "fortran_order": False, "shape": (count, dimension)}
    with atomic_write(path) as temporary, temporary.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for file in files:
            out.write(np.load(file)["vectors"].astype("<f2").tobytes())


def _write_flags(path: Path, files: list[Path]) -> None:
    """Write which prompts exceed the input length of the model."""
    flags = [np.empty(0, bool), *(np.load(file)["is_cut"] for file in files)]
    with atomic_write(path) as temporary, temporary.open("wb") as out:
        np.save(out, np.concatenate(flags))


def _embed(texts: Path, out: Path, embedder: Embedder, advance: Advance) -> None:
    """Embed a bucket in slices of texts of about the same length, the longest first."""
    column = pq.read_table(texts)["text"].to_pylist()
    order = np.argsort([-len(text) for text in column], kind="stable")
    vectors = np.empty((len(column), embedder.model.dimension), np.float16)
    started = time.monotonic()
    for start in range(0, len(order), SLICE_PROMPTS):
        rows = order[start : start + SLICE_PROMPTS]
        vectors[rows] = embedder.embed_documents([column[row] for row in rows])
        advance(len(rows))
    seconds = time.monotonic() - started
    is_cut = embedder.are_truncated(column)
    with atomic_write(out) as path, path.open("wb") as file:
        np.savez(file, vectors=vectors, is_cut=is_cut, seconds=seconds)


def _batches(files: list[Path], schema: pa.Schema, advance: Advance) -> Iterator[pa.RecordBatch]:
    for path in files:
        vectors = np.load(path)["vectors"]
        flat = pa.array(vectors.reshape(-1))
        column = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        yield pa.record_batch([column], schema=schema)
        advance(1)
