"""The words of messages, in one segment for each batch, written by one process per core."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.prepare.index.postings_writer import PostingsWriter
from queries.prepare.index.word_batches import word_batch
from queries.runtime.ordered_results import results_in_order
from queries.runtime.worker_process import arrow_workers, serve_batches

INLINE_MESSAGES_MAX = 5_000
"""Up to this many messages are split in this process: starting workers takes longer."""

_BATCHES_AHEAD = 7
_TEXTS = pa.schema([("text", pa.string()), ("message_number", pa.int32())])
_LENGTHS = pa.schema([("length", pa.int32())])

_Transform = Callable[[pa.RecordBatch], pa.RecordBatch]

WithLengths = tuple[pa.RecordBatch, npt.NDArray[np.int32]]
"""A batch of messages, and how many words each message has."""


def write_segments(
    folder: Path, batches: Iterable[pa.RecordBatch], message_count: int
) -> Iterator[WithLengths]:
    """Write the words of each batch into a segment, a folder in `folder`; yields each in order.

    The names of the segments are in the order of the batches. Messages are numbered from 0.
    """
    with _segment_writers(folder, message_count) as write, ThreadPoolExecutor() as threads:
        tasks = (partial(_write, batch, first, write) for batch, first in _numbered(batches))
        yield from results_in_order(threads, tasks, _BATCHES_AHEAD)


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, int]]:
    first = 0
    for batch in batches:
        yield batch, first
        first += batch.num_rows


def _write(batch: pa.RecordBatch, first: int, write: _Transform) -> WithLengths:
    numbers = pa.array(np.arange(first, first + batch.num_rows), pa.int32())
    texts = pa.record_batch([batch["text"].cast(pa.string()), numbers], schema=_TEXTS)
    return batch, write(texts)["length"].to_numpy()


@contextmanager
def _segment_writers(folder: Path, message_count: int) -> Iterator[_Transform]:
    """A function that writes segments, with worker processes if there are many messages.

    Up to one thread per core can call it at once.
    """
    if message_count <= INLINE_MESSAGES_MAX:
        yield partial(write_segment, folder)
        return
    with arrow_workers("queries.prepare.index.word_segments", "serve", str(folder)) as transform:
        yield transform


def serve(folder: str) -> None:
    """The main loop of a worker process: write segments of the batches on standard input."""
    serve_batches(_LENGTHS, partial(write_segment, Path(folder)))


def write_segment(folder: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Write the words of consecutive messages; returns the number of words of each."""
    lengths = np.empty(0, np.int32)
    if batch.num_rows:
        first = batch["message_number"][0].as_py()
        words = word_batch([text or "" for text in batch["text"].to_pylist()], first)
        segment = folder / f"{first:010d}"
        for name, occurrences in (("plain", words.plain), ("accented", words.accented)):
            with PostingsWriter(segment / name) as writer:
                writer.append(occurrences)
        lengths = words.lengths
    return pa.record_batch([pa.array(lengths, pa.int32())], schema=_LENGTHS)
