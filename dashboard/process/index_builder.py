"""The build of a search index: the process of this server that runs it, and where it stands."""

import logging
import subprocess
from dataclasses import dataclass
from threading import Thread
from typing import Literal

from dashboard.process.open_stores import settings, store_path
from queries.runtime.worker_process import start_worker_process
from queries.store.index_progress import IndexKind, IndexProgress, read_index_progress
from queries.store.layout import StorePath

_STOP_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class IndexBuilder:
    """A process that builds the index of a store beside this one, and ends with it."""

    def __init__(self, store: StorePath, kind: IndexKind) -> None:
        """Start the process.

        Args:
            store: a prepared store.
            kind: what to build, unless the store has it.
        """
        self._process: subprocess.Popen[str] = start_worker_process(
            *("queries.prepare.index.background", "main", str(store.path), kind),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.problem = ""
        """Why it failed: one sentence; empty while it runs, and if it has not failed."""
        self._is_stopped = False
        self._watch = Thread(target=self._follow, daemon=True)
        self._watch.start()

    @property
    def is_running(self) -> bool:
        """Whether the process is at work, or waits for another one that writes to the store."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process. The next one goes on where it stops."""
        self._is_stopped = True
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._watch.join(_STOP_SECONDS)

    def _follow(self) -> None:
        """Log how the process ends."""
        with self._process as process:
            lines = process.stderr.read().splitlines() if process.stderr else []
        code = self._process.returncode
        if self._is_stopped:
            return
        if code == 0:
            _logger.info("the search index is complete")
            return
        was_killed = code < 0 or not lines
        self.problem = "The process was killed, perhaps for memory." if was_killed else lines[-1]
        _logger.warning("the search index was not built: %s", self.problem)


@dataclass(frozen=True, slots=True)
class IndexBuild:
    """Where the latest build of an index stands.

    Attributes:
        state: whether it waits for its turn, is at work, or has ended before its end.
        progress: the step that it is at, as it wrote; None before the first one.
        problem: why it ended: one sentence; empty if nobody knows.
    """

    state: Literal["waiting", "building", "ended"]
    progress: IndexProgress | None = None
    problem: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether an index may come of it."""
        return self.state != "ended"


def start_builder() -> None:
    """Start building the index that the settings ask for, if they do."""
    global _builder
    kind = settings().build_index
    if kind != "none":
        _builder = IndexBuilder(store_path(), kind)


def stop_builder() -> None:
    """End the process, if there is one."""
    if _builder is not None:
        _builder.stop()


def current_build() -> IndexBuild | None:
    """The build of an index by any process; None if there was none, or the last one is complete."""
    progress, own = read_index_progress(store_path()), _builder
    is_running = own is not None and own.is_running
    # The death of a process of this server is known at once, that of another one by its silence.
    is_dead = own is not None and progress is not None and progress.process == own.process_id
    is_dead = is_dead and not is_running
    if progress is not None and progress.is_alive() and not is_dead:
        return IndexBuild("building", progress)
    if is_running:
        return IndexBuild("waiting")
    if own is not None and own.problem:
        return IndexBuild("ended", progress, own.problem)
    if progress is None or progress.state == "done":
        return None
    return IndexBuild("ended", progress, progress.problem)


def progress_under_way() -> IndexProgress | None:
    """Where a build of an index stands that is at work; None if there is none."""
    build = current_build()
    return build.progress if build is not None and build.is_under_way else None


_builder: IndexBuilder | None = None
"""The process of this server."""
