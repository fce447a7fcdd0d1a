"""Masking at scale: columns of texts, masked by processes of their own, one for each core.

A text costs 170 µs a kilobyte, and Python's patterns hold its lock. A process is started by its
module, so that nothing of the caller's program runs again in it, and it ends with its caller.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, Literal, Protocol

import pyarrow as pa

from queries.masking import masked, masked_cut
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
    processes = [_started(kind) for _ in range(os.cpu_count() or 1)]
    free: SimpleQueue[_Process] = SimpleQueue()
    for process in processes:
        free.put(process)

    def mask(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
        process = free.get()
        try:
            return process.masked(texts)
        finally:
            free.put(process)

    try:
        yield mask
    finally:
        for process in processes:
            process.end()


class _Process:
    """A process that masks what it is sent, a batch of texts at a time."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._writer: Any = pa.ipc.new_stream(process.stdin, _COLUMN)
        self._reader: Any = None

    def masked(self, texts: pa.ChunkedArray | pa.Array) -> pa.Array:
        """The texts masked.

        Raises:
            ChildProcessError: the process has gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        try:
            self._writer.write_batch(pa.record_batch([unmasked(texts)], schema=_COLUMN))
            if stdin is not None:
                stdin.flush()
            self._reader = self._reader or pa.ipc.open_stream(stdout)
            return self._reader.read_next_batch()[0]
        except (pa.ArrowException, ValueError, StopIteration, BrokenPipeError) as error:
            raise ChildProcessError("a process that masks texts has ended") from error

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


def _started(kind: Kind) -> _Process:
    # It finds what this process finds, and is not stopped by what is meant for this one.
    code = "import sys; from queries.export.masks import serve; serve(sys.argv[1])"
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-c", code, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    return _Process(process)


def serve(kind: Kind) -> None:
    """Mask what comes from standard input, to its end: what a process of its own does."""
    with (
        suppress(OSError, pa.ArrowException),  # Who asked for it has gone.
        pa.ipc.open_stream(sys.stdin.buffer) as reader,
        pa.ipc.new_stream(sys.stdout.buffer, _COLUMN) as writer,
    ):
        for batch in reader:
            writer.write_batch(pa.record_batch([masked_texts(batch[0], kind)], schema=_COLUMN))
            sys.stdout.buffer.flush()


def _masked(text: str, kind: Kind) -> str:
    is_cut = kind == "opening" and len(text) == OPENING_CHARS
    return masked_cut(text) if is_cut else masked(text)
