"""Masking at scale: columns of texts, masked by processes of their own, one for each core.

A text costs 170 µs a kilobyte, and Python's patterns hold its lock.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Literal, Protocol

import pyarrow as pa

from queries.masking import masked, masked_cut
from queries.processes import Process, serve
from queries.schema import OPENING_CHARS

Kind = Literal["whole", "opening"]
"""A text as it was written, or one that may be cut at its end."""

IN_PLACE_MAX = 500
"""So many conversations are masked sooner than a process has started."""

_COLUMN = pa.schema([("text", pa.string())])


class Mask(Protocol):
    """Makes a column of texts one that may be shown."""

    def __call__(self, texts: pa.ChunkedArray | pa.Array) -> pa.Array:
        """The texts, in the same order; nulls stay nulls."""
        ...


def unmasked(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The texts as they are."""
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def masked_texts(texts: pa.ChunkedArray | pa.Array, kind: Kind = "whole") -> pa.Array:
    """The texts masked, equal ones once; bytes that are not UTF-8 become U+FFFD."""
    distinct = unmasked(texts.cast(pa.binary())).dictionary_encode()
    read = (one.decode(errors="replace") for one in distinct.dictionary.to_pylist())
    return pa.array([_masked(one, kind) for one in read], pa.string()).take(distinct.indices)


@contextmanager
def masking(kind: Kind, conversations: int) -> Iterator[Mask]:
    """What masks texts of so many conversations; safe to be called by as many threads as cores."""
    if conversations <= IN_PLACE_MAX:
        yield lambda texts: masked_texts(texts, kind)
        return
    cores = range(os.cpu_count() or 1)
    processes = [Process("queries.export.masks", "serve_masks", kind) for _ in cores]
    free: SimpleQueue[Process] = SimpleQueue()
    for process in processes:
        free.put(process)

    def mask(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
        process = free.get()
        try:
            return process.answer(pa.record_batch([unmasked(texts)], schema=_COLUMN))[0]
        finally:
            free.put(process)

    try:
        yield mask
    finally:
        for process in processes:
            process.end()


def serve_masks(kind: Kind) -> None:
    """Mask what comes from standard input, to its end: what a process of its own does."""

    def mask(batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.record_batch([masked_texts(batch[0], kind)], schema=_COLUMN)

    serve(_COLUMN, mask)


def _masked(text: str, kind: Kind) -> str:
    is_cut = kind == "opening" and len(text) == OPENING_CHARS
    return masked_cut(text) if is_cut else masked(text)
