"""The distinct prompts of a store: user messages, alike but for white space, stand once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from queries.layout import Version, whole_file
from queries.prepare.index.full_text import message_files, numbered_table
from queries.progress import Progress

BUCKET_PROMPTS = 8_192
"""Prompts embedded together, the longest first: enough that neighbours are of one length."""

_TEXT = pa.schema([pa.field("text", pa.string())])


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """The texts of distinct prompts, by number, in files of one bucket each."""

    path: Path

    def buckets(self) -> list[Path]:
        """The files, in order."""
        return sorted(self.path.glob("*.parquet"))


def distinct_prompts(
    out: Path, tables: Path, version: Version, count: int, progress: Progress
) -> dict[str, Any]:
    """Number the distinct prompts, write their texts, and the table `turns`.

    A row of `turns` is a user message: its number and that of its prompt, sorted by prompt. A
    message without text has no prompt.
    """
    # What a build that was cut off here wrote may have had other buckets.
    shutil.rmtree(out, ignore_errors=True)
    numbers: dict[bytes, int] = {}
    messages: list[int] = []
    prompts: list[int] = []
    waiting: list[str] = []
    bucket = 0
    with progress.step("Finding distinct prompts", count, "messages") as advance:
        for start, texts in user_texts(version):
            for place, text in texts:
                digest = blake2b(text.encode(), digest_size=16).digest()
                number = numbers.setdefault(digest, len(numbers))
                if number == bucket * BUCKET_PROMPTS + len(waiting):
                    waiting.append(text)
                    if len(waiting) == BUCKET_PROMPTS:
                        write_bucket(out, bucket, waiting)
                        waiting, bucket = [], bucket + 1
                messages.append(start.first + place)
                prompts.append(number)
            advance(start.count)
    if waiting:
        write_bucket(out, bucket, waiting)
    order = np.argsort(np.array(prompts, np.int32), kind="stable")
    turns = pa.table(
        {
            "prompt_number": pa.array(np.array(prompts, np.int32)[order]),
            "message_number": pa.array(np.array(messages, np.int32)[order]),
        }
    )
    numbered_table(lancedb.connect(tables), "turns", turns)
    return {"prompt_count": len(numbers), "user_message_count": len(messages)}


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """Consecutive messages of a store: the number of the first one, and how many."""

    first: int
    count: int


def user_texts(version: Version) -> Iterator[tuple[MessageBatch, list[tuple[int, str]]]]:
    """Batches of messages, and of each its user messages: place in the batch, and text."""
    first = 0
    for path in message_files(version):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(50_000, columns=["role", "text"]):
                roles, texts = batch.column("role").to_pylist(), batch.column("text").to_pylist()
                said = enumerate(zip(roles, texts, strict=True))
                bare = [(n, " ".join(t.split())) for n, (r, t) in said if r == "user" and t]
                yield MessageBatch(first, batch.num_rows), [(n, text) for n, text in bare if text]
                first += batch.num_rows


def write_bucket(out: Path, bucket: int, texts: list[str]) -> None:
    """Write the texts of a bucket."""
    with whole_file(out / f"{bucket:05d}.parquet") as path:
        pq.write_table(pa.table({"text": texts}, schema=_TEXT), path)
