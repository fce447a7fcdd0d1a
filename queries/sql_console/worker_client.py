"""The parent's side of a SQL worker process: starts it, sends one statement, reads the result."""

import io
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from queries.sql_console.errors import SqlFailedError, SqlRefusedError
from queries.store.layout import StorePath
from queries.store.tombstones import tombstone_revision
from queries.store.topic_changes import changes_revision

PROGRESS_SECONDS = 0.1
"""How often the caller is told how long a statement has been running."""

GRACE_SECONDS = 1.5
"""How long after its time limit a statement that does not stop by itself is killed."""

WORKER_MODULE = "queries.sql_console.worker"

START_SECONDS = 60.0
"""The longest that a worker may take to start, or to send the next part of a result."""

_OVERHEAD_BYTES = 1_000_000
"""The most that a result takes besides its rows."""


class Limits(NamedTuple):
    """What a statement may use.

    Attributes:
        seconds: of running time; 0 for no limit.
        memory_gb: of memory.
        rows: rows of the result; the result is cut there and says so.
        result_bytes: size of the result, cut in the same way.
    """

    seconds: float = 10.0
    memory_gb: float = 1.0
    rows: int = 10_000
    result_bytes: int = 64_000_000


class SqlResult(NamedTuple):
    """The rows of a statement, and whether they were cut at a limit."""

    rows: pa.Table
    is_cut: bool


class Worker:
    """A process that runs one statement. For one thread at a time."""

    def __init__(self, version: Path, memory_gb: float, threads: int = 1) -> None:
        """Start the process; it opens the version while nobody waits for it.

        Args:
            version: the folder of a version of a store.
            memory_gb: the memory limit of its DuckDB, in gigabytes.
            threads: the threads of its DuckDB.
        """
        self.version = version
        self._store = StorePath(version.parent.parent)
        self._revisions = self._revisions_now()
        paths = os.pathsep.join(path for path in sys.path if path not in ("", "/"))
        # -P keeps the working directory, which is /, out of the import path. The environment is an
        # allow-list, so it holds no secrets.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-s", "-P", "-m", WORKER_MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": paths, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._unread = b""
        self._sql = ""
        self._send({"version": str(version.absolute()), "memory_gb": memory_gb, "threads": threads})

    @property
    def process_id(self) -> int:
        """The process ID."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process is running."""
        return self._process.poll() is None

    @property
    def is_outdated(self) -> bool:
        """Whether conversations were removed, or topics changed, since its start.

        It can read the tombstones and the changes of its start only: each writes a new file.
        """
        return self._revisions_now() != self._revisions

    def _revisions_now(self) -> tuple[str, str]:
        return tombstone_revision(self._store), changes_revision(self._store)

    def run(
        self,
        job: dict[str, Any],
        ranks: bytes | None,
        limits: Limits,
        on_progress: Callable[[float], None],
    ) -> SqlResult:
        """Run a statement and wait for its result.

        Args:
            job: the statement `sql`, and whether texts are uncovered and unmasked.
            ranks: the id ranks of the slice as 32-bit integers; None for all conversations.
            limits: what the statement may use.
            on_progress: called repeatedly with the seconds it has been running. If it raises, the
                wait ends.

        Raises:
            SqlRefusedError: the statement is not allowed, or DuckDB rejects it.
            SqlFailedError: it exceeded its time or memory, or the process died.
        """
        self._wait_until_ready(on_progress)
        size = None if ranks is None else len(ranks)
        self._sql = job["sql"]
        self._send(
            {
                **job,
                "ranks_bytes": size,
                "seconds": limits.seconds,
                "memory_gb": limits.memory_gb,
                "rows": limits.rows,
                "bytes": limits.result_bytes,
            },
            ranks or b"",
        )
        seconds = limits.seconds + GRACE_SECONDS if limits.seconds else 0.0
        reply = self._read_line(seconds, on_progress)
        if "problem" in reply:
            raise SqlRefusedError(reply["problem"])
        if reply.get("late"):
            raise SqlFailedError.late(limits.seconds, self._sql)
        if reply.get("large"):
            raise SqlFailedError.large(limits.memory_gb)
        return SqlResult(self._read_rows(limits), bool(reply["is_cut"]))

    def kill(self) -> None:
        """Kill the process, whatever it is doing."""
        with suppress(ProcessLookupError):
            self._process.kill()
        for stream in (self._stdin, self._stdout):
            with suppress(OSError):
                stream.close()
        self._process.wait()

    def _send(self, message: dict[str, Any], payload: bytes = b"") -> None:
        # If the process has died, reading from it says so.
        with suppress(BrokenPipeError):
            self._stdin.write(json.dumps(message).encode() + b"\n" + payload)
            self._stdin.flush()

    def _wait_until_ready(self, on_progress: Callable[[float], None]) -> None:
        try:
            self._read_line(START_SECONDS, lambda _: on_progress(0.0))
        except SqlFailedError as error:
            raise SqlFailedError.not_started() from error

    def _read_line(self, seconds: float, on_progress: Callable[[float], None]) -> dict[str, Any]:
        began = time.monotonic()
        while b"\n" not in self._unread:
            elapsed = time.monotonic() - began
            if seconds and elapsed > seconds:
                raise SqlFailedError.late(seconds - GRACE_SECONDS, self._sql)
            if self._has_output(PROGRESS_SECONDS):
                self._read()
            else:
                on_progress(elapsed)
        line, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _read_rows(self, limits: Limits) -> pa.Table:
        with suppress(EOFError):
            while len(self._unread) <= limits.result_bytes + _OVERHEAD_BYTES:
                if not self._has_output(START_SECONDS):
                    raise SqlFailedError.ended()
                self._read(at_end=EOFError)
        try:
            return pa.ipc.open_stream(io.BytesIO(self._unread)).read_all()
        except pa.ArrowInvalid as error:
            raise SqlFailedError.ended() from error

    def _has_output(self, seconds: float) -> bool:
        """Whether the process has written something, or does so in time."""
        return bool(select.select([self._stdout], [], [], seconds)[0])

    def _read(self, at_end: type[Exception] | None = None) -> None:
        chunk = os.read(self._stdout.fileno(), 1 << 20)
        if not chunk:
            raise at_end() if at_end else SqlFailedError.ended()
        self._unread += chunk
