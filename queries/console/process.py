"""The other end of a process that runs one statement: it is started, asked, and ended."""

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

from queries.console.errors import SqlFailedError, SqlRefusedError

BEAT_SECONDS = 0.1
"""So often whoever waits is told how long it has been."""

GRACE_SECONDS = 1.5
"""A statement that does not stop by itself when its time is over is ended after so much more."""

START_SECONDS = 60.0

_ROOM_BYTES = 1_000_000
"""What an answer may have besides its rows."""


class Limits(NamedTuple):
    """What a statement may take.

    Attributes:
        seconds: 0 for any time.
        memory_gb: of memory.
        rows: of its result; what is more is left out, and that is said.
        result_bytes: of its result.
    """

    seconds: float = 10.0
    memory_gb: float = 1.0
    rows: int = 10_000
    result_bytes: int = 64_000_000


class Answered(NamedTuple):
    """What came of a statement: rows, and whether there are more."""

    rows: pa.Table
    is_cut: bool


class Worker:
    """One process for one statement. Used by one thread at a time."""

    def __init__(self, version: Path, memory_gb: float, threads: int = 1) -> None:
        """Start it; it opens the version while nobody waits.

        Args:
            version: the folder of a version of a store.
            memory_gb: what DuckDB may take in it.
            threads: that DuckDB may use in it.
        """
        self.version = version
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-m", "queries.console.worker"],
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
        self._tell({"version": str(version), "memory_gb": memory_gb, "threads": threads})

    @property
    def process_id(self) -> int:
        """The number that the system gave it."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def ask(
        self,
        job: dict[str, Any],
        ranks: bytes | None,
        limits: Limits,
        beat: Callable[[float], None],
    ) -> Answered:
        """Run a statement and wait for what comes of it.

        Args:
            job: the statement `sql`, and whether texts are uncovered and unmasked.
            ranks: of the slice, 32 bits each; None for all conversations.
            limits: what it may take.
            beat: called again and again with the seconds that it has been running; what it raises
                ends the waiting.

        Raises:
            SqlRefusedError: the statement is none that may be run, or DuckDB cannot run it.
            SqlFailedError: it took too long or too much memory, or its process ended.
        """
        self._wait_for_line(START_SECONDS, lambda _: beat(0.0))
        size = None if ranks is None else len(ranks)
        self._tell(
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
        said = self._wait_for_line(limits.seconds + GRACE_SECONDS if limits.seconds else 0.0, beat)
        if "problem" in said:
            raise SqlRefusedError(said["problem"])
        if said.get("late"):
            raise SqlFailedError.late(limits.seconds)
        if said.get("large"):
            raise SqlFailedError.large(limits.memory_gb)
        return Answered(self._rows(limits), bool(said["is_cut"]))

    def end(self) -> None:
        """End it, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        for stream in (self._stdin, self._stdout):
            with suppress(OSError):
                stream.close()
        self._process.wait()

    def _tell(self, said: dict[str, Any], more: bytes = b"") -> None:
        # One that has ended says so when it is listened to.
        with suppress(BrokenPipeError):
            self._stdin.write(json.dumps(said).encode() + b"\n" + more)
            self._stdin.flush()

    def _wait_for_line(self, seconds: float, beat: Callable[[float], None]) -> dict[str, Any]:
        begun = time.monotonic()
        while b"\n" not in self._unread:
            elapsed = time.monotonic() - begun
            if seconds and elapsed > seconds:
                raise SqlFailedError.late(seconds - GRACE_SECONDS)
            if self._is_more(BEAT_SECONDS):
                self._read()
            else:
                beat(elapsed)
        line, _, self._unread = self._unread.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said

    def _rows(self, limits: Limits) -> pa.Table:
        with suppress(EOFError):
            while len(self._unread) <= limits.result_bytes + _ROOM_BYTES:
                if not self._is_more(START_SECONDS):
                    raise SqlFailedError.ended()
                self._read(at_end=EOFError)
        try:
            return pa.ipc.open_stream(io.BytesIO(self._unread)).read_all()
        except pa.ArrowInvalid as error:
            raise SqlFailedError.ended() from error

    def _is_more(self, seconds: float) -> bool:
        return bool(select.select([self._stdout], [], [], seconds)[0])

    def _read(self, at_end: type[Exception] | None = None) -> None:
        read = os.read(self._stdout.fileno(), 1 << 20)
        if not read:
            raise at_end() if at_end else SqlFailedError.ended()
        self._unread += read
