"""The distinct prompts of a store: user messages that differ in more than white space."""

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

from queries.prepare.index.full_text import numbered_table
from queries.prepare.index.index_texts import IndexTexts
from queries.runtime.progress import Progress
from queries.store.atomic_files import atomic_write

BUCKET_PROMPTS = 2_048
"""Prompts embedded together, sorted by length so that batches need little padding. An interrupted
build embeds those of one bucket again."""

_TEXT = pa.schema([pa.field("text", pa.string())])


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """The texts of distinct prompts in the order of their numbers, one file per bucket."""

    path: Path

    def buckets(self) -> list[Path]:
        """The files, in order."""
        return sorted(self.path.glob("*.parquet"))

    def count(self) -> int:
        """The number of prompts."""
        return sum(pq.read_metadata(path).num_rows for path in self.buckets())

    def drawn(self, count: int, seed: int) -> list[str]:
        """So many prompts drawn at random, the same for the same seed; all if there are fewer."""
        total = self.count()
        numbers = np.random.default_rng(seed).choice(total, min(count, total), replace=False)
        texts: list[str] = []
        start = 0
        for path in self.buckets():
            end = start + pq.read_metadata(path).num_rows
            inside = np.sort(numbers[(numbers >= start) & (numbers < end)]) - start
            if len(inside):
                texts += pq.read_table(path)["text"].take(pa.array(inside)).to_pylist()
            start = end
        return texts


def distinct_prompts(
    out: Path, tables: Path, index_texts: IndexTexts, count: int, progress: Progress
) -> dict[str, Any]:
    """Number the distinct prompts, and write their texts and the table `turns`.

    A row of `turns` maps a user message to its prompt by their numbers, sorted by prompt. Messages
    without text are left out.

    Returns:
        ``prompt_count`` and ``user_message_count``, for the manifest.
    """
    # An interrupted run may have written other buckets.
    shutil.rmtree(out, ignore_errors=True)
    numbers: dict[bytes, int] = {}
    messages: list[int] = []
    prompts: list[int] = []
    pending: list[str] = []
    bucket = 0
    with progress.step("Finding distinct prompts", count, "messages") as advance:
        for span, texts in user_texts(index_texts):
            for position, text in texts:
                digest = blake2b(text.encode(), digest_size=16).digest()
                number = numbers.setdefault(digest, len(numbers))
                if number == bucket * BUCKET_PROMPTS + len(pending):
                    pending.append(text)
                    if len(pending) == BUCKET_PROMPTS:
                        write_bucket(out, bucket, pending)
                        pending, bucket = [], bucket + 1
                messages.append(span.first + position)
                prompts.append(number)
            advance(span.count)
    if pending:
        write_bucket(out, bucket, pending)
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
class MessageSpan:
    """Consecutive messages of a store: the number of the first one, and how many."""

    first: int
    count: int


def user_texts(index_texts: IndexTexts) -> Iterator[tuple[MessageSpan, list[tuple[int, str]]]]:
    """The user messages of a version as its index has them, batch by batch.

    Yields:
        A span of messages, and for each user message with text in it the position and the text,
        with white space collapsed.
    """
    first = 0
    for batch in index_texts.batches(50_000, ["role", "text"]):
        roles, texts = batch.column("role").to_pylist(), batch.column("text").to_pylist()
        messages = enumerate(zip(roles, texts, strict=True))
        prompts = [(n, " ".join(t.split())) for n, (r, t) in messages if r == "user" and t]
        yield MessageSpan(first, batch.num_rows), [(n, text) for n, text in prompts if text]
        first += batch.num_rows


def write_bucket(out: Path, bucket: int, texts: list[str]) -> None:
    """Write the texts of one bucket."""
    with atomic_write(out / f"{bucket:05d}.parquet") as path:
        pq.write_table(pa.table({"text": texts}, schema=_TEXT), path)
