"""Exports written in the background, one at a time, for the readers who asked for them."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dashboard.process.downloads import KEPT_SECONDS, Clock, Recipient, new_token
from dashboard.process.public_errors import public_text
from dashboard.process.removal_check import RemovalCheck
from queries.errors import DataError
from queries.export.staging import PreparedFolder
from queries.observability.metrics import EXPORTS, EXPORTS_UNDER_WAY
from queries.runtime.fair_queue import FairQueue, Requester
from queries.runtime.progress import Advance

_logger = logging.getLogger(__name__)

JobState = Literal["waiting", "running", "ready", "failed", "stopped"]

EXPORTS_AT_ONCE = 1
"""Exports written at the same time; others wait in a fair queue."""

JOBS_KEPT_MAX = 20
"""Finished exports kept for all readers together; the oldest are deleted first."""


class ExportCancelled(Exception):
    """The reader cancelled the export."""


@dataclass
class ExportJob:
    """An export that a reader asked for.

    Attributes:
        name: name of the file.
        words: the selected conversations, in words.
        total: number of conversations to write.
        recipient: who asked for it, and alone may have it.
        session: session that asked for it; in the queue, a session is a user.
        prepared: the folder of its files; None until writing starts.
        token: unguessable part of the download link.
        written: number of conversations written so far.
        state: waiting, running, ready, failed or stopped.
        problem: why it failed, in a sentence.
        manifest: the manifest of the export, once it is ready.
        removals: whether it is free of removed conversations; None until they are selected.
        ended: when it became ready, failed or was stopped, by the clock of its `ExportJobs`.
    """

    name: str
    words: str
    total: int
    recipient: Recipient = field(default_factory=Recipient)
    session: str = ""
    prepared: PreparedFolder | None = None
    token: str = field(default_factory=new_token)
    written: int = 0
    state: JobState = "waiting"
    problem: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)
    removals: RemovalCheck | None = None
    ended: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def path(self) -> Path | None:
        """The file; None until writing starts."""
        return None if self.prepared is None else self.prepared.path / self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in ("waiting", "running")

    def stop(self) -> bool:
        """Cancel the job unless it has finished, and return whether it was cancelled."""
        with self._lock:
            if not self.is_under_way:
                return False
            self.state = "stopped"
            return True

    def transition(self, state: JobState) -> None:
        """Change the state.

        Raises:
            ExportCancelled: the job was cancelled.
        """
        with self._lock:
            self.check()
            self.state = state

    def check(self) -> None:
        """Check that the job was not cancelled.

        Raises:
            ExportCancelled: it was.
        """
        if self.state == "stopped":
            raise ExportCancelled

    def report(self, written: int) -> None:
        """Record the progress.

        Args:
            written: number of conversations written so far.

        Raises:
            ExportCancelled: the job was cancelled.
        """
        self.check()
        self.written = written


class JobProgress:
    """Reports progress to a job, and interrupts the writing of a cancelled one."""

    def __init__(self, job: ExportJob) -> None:
        self._job = job

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Count the conversations of the one step that an export has."""

        def advance(more: int) -> None:
            nonlocal done
            done += more
            self._job.report(done)

        yield advance


class ExportJobs:
    """The export jobs of a process, for all its readers. Safe to share between threads."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Start without jobs.

        Args:
            clock: seconds, by which finished exports expire.
        """
        self._clock = clock
        self._jobs: dict[str, ExportJob] = {}
        self._lock = threading.Lock()
        self._queue = FairQueue(EXPORTS_AT_ONCE, wait_seconds=None)

    def start(
        self, job: ExportJob, write: Callable[[ExportJob], dict[str, Any]]
    ) -> threading.Thread:
        """Queue a job for writing in the background.

        Args:
            job: the job.
            write: writes the file, calls `ExportJob.report` as it goes, and returns the manifest.

        Returns:
            The thread that waits for its turn and writes.
        """
        self.delete_outdated()
        with self._lock:
            self._jobs[job.token] = job
        EXPORTS_UNDER_WAY.inc()
        thread = threading.Thread(target=self._run, args=(job, write), name="export")
        thread.start()
        return thread

    def find(self, token: str) -> ExportJob | None:
        """The job with a token; None if there is none or it was deleted."""
        self.delete_outdated()
        with self._lock:
            return self._jobs.get(token)

    def cancel(self, token: str) -> None:
        """Cancel a job and delete its files."""
        with self._lock:
            job = self._jobs.pop(token, None)
        if job is not None and not job.stop():
            _delete_files(job)

    def delete_outdated(self) -> None:
        """Delete exports that are too old or too many, or of which something was removed since."""
        expiry = self._clock() - KEPT_SECONDS
        with self._lock:
            finished = [job for job in self._jobs.values() if not job.is_under_way]
        surplus = finished[: max(len(finished) - JOBS_KEPT_MAX, 0)]
        for job in finished:
            is_expired = job.ended is not None and job.ended <= expiry
            if is_expired or job in surplus or not _is_free_of_removed(job):
                self.cancel(job.token)

    def cancel_all(self) -> None:
        """Cancel all jobs and delete their files."""
        with self._lock:
            tokens = list(self._jobs)
        for token in tokens:
            self.cancel(token)

    def _run(self, job: ExportJob, write: Callable[[ExportJob], dict[str, Any]]) -> None:
        try:
            self._write(job, write)
        finally:
            job.ended = self._clock()
            EXPORTS_UNDER_WAY.dec()
            EXPORTS.labels(job.state).inc()

    def _write(self, job: ExportJob, write: Callable[[ExportJob], dict[str, Any]]) -> None:
        requester = Requester(job.session, lambda _: job.check())
        try:
            with self._queue.slot(requester):
                job.transition("running")
                job.manifest = write(job)
                job.written = job.total
                job.transition("ready")
        except ExportCancelled:
            _delete_files(job)
        except DataError as error:
            job.problem, job.state = public_text(error), "failed"
            _logger.warning("an export failed", exc_info=True)
            _delete_files(job)
        except Exception:
            job.problem, job.state = "The export failed. The server's log says why.", "failed"
            _logger.exception("an export failed")
            _delete_files(job)


def _is_free_of_removed(job: ExportJob) -> bool:
    return job.state != "ready" or job.removals is None or job.removals.is_passed()


def _delete_files(job: ExportJob) -> None:
    if job.prepared is not None:
        job.prepared.delete()
