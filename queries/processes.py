"""Processes that work on columns of texts for this one, and leave the processor to whoever waits.

Python's lock is held by what goes through texts letter by letter: done here, it would hold up every
page. A process is started by the name of a function, so that nothing of the caller's program runs
again in it; it ends with its caller.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa

NICE = 10
"""How far a process steps back behind others: they get nine times its share of a busy core."""


class Process:
    """A process that is sent batches of rows, one after the other, and sends a batch for each."""

    def __init__(self, module: str, function: str, *arguments: str) -> None:
        """Start it.

        Args:
            module: where the function is.
            function: calls `serve`; is called in the process.
            arguments: of the function.
        """
        # It finds what this process finds, and is not stopped by what is meant for this one. It
        # stays in its session: between those, Linux shares a core out whatever the priorities.
        code = f"import sys; from {module} import {function}; {function}(*sys.argv[1:])"
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            process_group=0,
        )
        self._writer: Any = None
        self._reader: Any = None

    def answer(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """What the process makes of a batch; all batches have one schema.

        Raises:
            ChildProcessError: the process has gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        try:
            self._writer = self._writer or pa.ipc.new_stream(stdin, batch.schema)
            self._writer.write_batch(batch)
            if stdin is not None:
                stdin.flush()
            self._reader = self._reader or pa.ipc.open_stream(stdout)
            return self._reader.read_next_batch()
        except (pa.ArrowException, ValueError, StopIteration, BrokenPipeError) as error:
            raise ChildProcessError("a process that works on texts has ended") from error

    def end(self) -> None:
        """Stop it, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


def serve(schema: pa.Schema, work: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
    """Work on what comes from standard input, to its end: what a process of its own does.

    Args:
        schema: of the batches that it sends.
        work: makes one of each that comes.
    """
    with suppress(OSError):  # Where priorities are not ours to choose.
        os.nice(NICE)
    with (
        suppress(OSError, pa.ArrowException),  # Who asked for it has gone.
        pa.ipc.open_stream(sys.stdin.buffer) as reader,
        pa.ipc.new_stream(sys.stdout.buffer, schema) as writer,
    ):
        for batch in reader:
            writer.write_batch(work(batch))
            sys.stdout.buffer.flush()
