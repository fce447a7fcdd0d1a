"""Low-priority worker processes for per-text work, so that the GIL does not block pages.

A worker is started by the name of a function, so that it does not run the caller's program again.
It ends with its parent.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any

import pyarrow as pa

Transform = Callable[[pa.RecordBatch], pa.RecordBatch]

NICE = 10
"""The niceness of a worker: other processes get nine times its share of a busy core."""


_CODE = """
import contextlib, os, sys
with contextlib.suppress(OSError):
    os.nice({nice})
from {module} import {function}
{function}(*sys.argv[1:])
"""


def start_worker_process(module: str, function: str, *arguments: str, **options: Any) -> Any:  # noqa: ANN401
    """Start a process that calls a function with arguments, and has a pipe as standard input.

    It has the niceness of a worker before it imports anything, which can take seconds of a core.
    It has the import path of this process, and its own process group, so that it gets no signals
    meant for this one. It stays in this session: Linux shares a core between sessions without
    regard to niceness.

    Args:
        module: the module of the function.
        function: the name of the function.
        arguments: the arguments of the function.
        options: further options of `subprocess.Popen`.

    Returns:
        The `subprocess.Popen`, of bytes or of text as the options say.
    """
    code = _CODE.format(nice=NICE, module=module, function=function)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        process_group=0,
        **options,
    )


class ArrowWorker:
    """A process that receives record batches one by one, and returns a batch for each."""

    def __init__(self, module: str, function: str, *arguments: str) -> None:
        """Start the process.

        Args:
            module: the module of the function.
            function: the function to call in the process; it calls `serve_batches`.
            arguments: the arguments of the function.
        """
        self._process = start_worker_process(module, function, *arguments, stdout=subprocess.PIPE)
        self._writer: Any = None
        self._reader: Any = None

    def transform(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Send a batch to the process, and return its result. All batches have the same schema.

        Raises:
            ChildProcessError: the process has died.
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
            raise ChildProcessError("a worker process has died") from error

    def kill(self) -> None:
        """Kill the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


@contextmanager
def arrow_workers(module: str, function: str, *arguments: str) -> Iterator[Transform]:
    """A function that transforms batches in worker processes, one for each core.

    Each worker serves one caller at a time; up to one thread per core can call it at once.

    Args:
        module: the module of the function.
        function: the function to call in each process; it calls `serve_batches`.
        arguments: the arguments of the function.
    """
    workers = [ArrowWorker(module, function, *arguments) for _ in range(os.cpu_count() or 1)]
    idle: SimpleQueue[ArrowWorker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def transform(batch: pa.RecordBatch) -> pa.RecordBatch:
        worker = idle.get()
        try:
            return worker.transform(batch)
        finally:
            idle.put(worker)

    try:
        yield transform
    finally:
        for worker in workers:
            worker.kill()


def serve_batches(schema: pa.Schema, work: Transform) -> None:
    """Transform the batches from standard input until it ends: the main loop of a worker.

    Args:
        schema: the schema of the results.
        work: transforms a batch.
    """
    with (
        suppress(OSError, pa.ArrowException),  # The parent has gone.
        pa.ipc.open_stream(sys.stdin.buffer) as reader,
        pa.ipc.new_stream(sys.stdout.buffer, schema) as writer,
    ):
        for batch in reader:
            writer.write_batch(work(batch))
            sys.stdout.buffer.flush()
