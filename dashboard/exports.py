"""Exports that are prepared in the background, for the readers who asked for them to fetch."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from queries.errors import DataError
from queries.export.prepared import KEPT_SECONDS, remove_prepared
from queries.metrics import EXPORTS, EXPORTS_UNDER_WAY
from queries.progress import Advance

_logger = logging.getLogger(__name__)

State = Literal["waiting", "running", "ready", "failed", "stopped"]

AT_ONCE = 1
"""Exports that are written at the same time; others wait."""

KEPT_MAX = 20
"""Exports that are there for all readers together; the oldest go first."""


class Stopped(Exception):
    """Somebody stopped an export."""


@dataclass
class Job:
    """An export that somebody asked for.

    Attributes:
        name: of its file.
        words: which conversations, in words.
        total: conversations it will have.
        who: the person who asked for it.
        folder: its own, where it is written; none before that begins.
        token: what its address is; nobody can guess it.
        written: conversations that are written by now.
        state: where it stands.
        problem: why it failed, in a sentence.
        manifest: what it says of itself, once it is ready.
        is_allowed: whether it may still be fetched: nothing in it was removed since.
    """

    name: str
    words: str
    total: int
    who: str = ""
    folder: Path | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(24))
    written: int = 0
    state: State = "waiting"
    problem: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)
    is_allowed: Callable[[], bool] = lambda: True
    begun: float = field(default_factory=time.monotonic)
    _change: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def path(self) -> Path | None:
        """Its file, once it is begun."""
        return None if self.folder is None else self.folder / self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it may still become ready."""
        return self.state in ("waiting", "running")

    def stop(self) -> bool:
        """Ask it to end, and say whether it will: one that has ended is left as it is."""
        with self._change:
            if not self.is_under_way:
                return False
            self.state = "stopped"
            return True

    def become(self, state: State) -> None:
        """Go on to a state.

        Raises:
            Stopped: somebody asked it to end.
        """
        with self._change:
            if self.state == "stopped":
                raise Stopped
            self.state = state

    def note(self, written: int) -> None:
        """Say how far it is.

        Raises:
            Stopped: somebody asked it to end.
        """
        if self.state == "stopped":
            raise Stopped
        self.written = written


class JobProgress:
    """Tells a job how far it is, and ends it where somebody stopped it."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @contextmanager
    def step(self, title: str, total: int, unit: str) -> Iterator[Advance]:
        """Count one step; an export has one."""
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            self._job.note(done)

        yield advance


class Exports:
    """The exports of a process, for all its readers."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._writers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="export")

    def begin(self, job: Job, write: Callable[[Job], dict[str, Any]]) -> None:
        """Prepare an export in the background.

        Args:
            job: what is asked for.
            write: writes the file, says how far it is by `Job.note`, and gives the manifest.
        """
        with self._lock:
            self._forget_old()
            self._jobs[job.token] = job
        EXPORTS_UNDER_WAY.inc()
        self._writers.submit(self._run, job, write)

    def find(self, token: str) -> Job | None:
        """The export of a token, unless it was forgotten."""
        with self._lock:
            self._forget_old()
            return self._jobs.get(token)

    def forget(self, token: str) -> None:
        """Stop an export, and remove what there is of it."""
        with self._lock:
            job = self._jobs.pop(token, None)
        if job is not None and not job.stop():
            _remove(job)

    def forget_where(self, is_unwanted: Callable[[Job], bool]) -> None:
        """Remove the exports of which something is true."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            if is_unwanted(job):
                self.forget(job.token)

    def _run(self, job: Job, write: Callable[[Job], dict[str, Any]]) -> None:
        try:
            self._write(job, write)
        finally:
            EXPORTS_UNDER_WAY.dec()
            EXPORTS.labels(job.state).inc()

    def _write(self, job: Job, write: Callable[[Job], dict[str, Any]]) -> None:
        try:
            job.become("running")
            job.manifest = write(job)
            job.written = job.total
            job.become("ready")
        except Stopped:
            _remove(job)
        except DataError as error:
            job.problem, job.state = str(error), "failed"
            _logger.warning("an export failed", exc_info=True)
            _remove(job)
        except Exception:
            job.problem, job.state = "The export failed; the server's log says why.", "failed"
            _logger.exception("an export failed")
            _remove(job)

    def _forget_old(self) -> None:
        over = time.monotonic() - KEPT_SECONDS
        done = [job for job in self._jobs.values() if not job.is_under_way]
        old = [job for job in done if job.begun < over] + done[: max(len(done) - KEPT_MAX, 0)]
        for job in old:
            self._jobs.pop(job.token, None)
            _remove(job)


def _remove(job: Job) -> None:
    if job.folder is not None:
        remove_prepared(job.folder)
