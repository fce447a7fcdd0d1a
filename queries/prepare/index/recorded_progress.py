"""Progress of an index build that is shown, and also written where dashboards read it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Lock, Thread
from typing import Any

from queries.errors import DataError
from queries.runtime.progress import Advance, Progress
from queries.store.index_progress import (
    HEARTBEAT_SECONDS,
    IndexKind,
    IndexProgress,
    write_index_progress,
)
from queries.store.layout import StorePath


class RecordedProgress:
    """Shows every step with another `Progress`, and writes it to the store. Thread-safe."""

    def __init__(self, store: StorePath, kind: IndexKind, display: Progress) -> None:
        """Start without a step.

        Args:
            store: where to write.
            kind: what is built.
            display: shows the steps too.
        """
        self._store = store
        self._display = display
        self._lock = Lock()
        self._progress = IndexProgress(kind, os.getpid(), time.time())
        self._estimated_at = time.monotonic()

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Show the progress of one step, and write it."""
        started = time.monotonic()
        resumed = done
        with self._display.step(title, total, unit, done=done) as show:
            self.write(title=title, total=total, unit=unit, done=done, seconds_left=None)

            def advance(count: int) -> None:
                nonlocal done
                show(count)
                with self._lock:
                    done += count
                    self._estimated_at = time.monotonic()
                    rate = (done - resumed) / max(self._estimated_at - started, 1e-6)
                    left = (total - done) / rate if rate else None
                    self._progress = replace(self._progress, done=done, seconds_left=left)

            yield advance
            self.write()

    def write(self, **changes: Any) -> None:  # noqa: ANN401
        """Write the state of now, with these fields changed. What cannot be written is left out.

        A build goes on where its progress cannot be written: a reader sees none.
        """
        with self._lock, suppress(OSError):
            self._progress = replace(self._progress, **changes, written_at=time.time())
            write_index_progress(self._store, self._counted_down())

    def _counted_down(self) -> IndexProgress:
        """The progress with the time left as of now, not of the last advance."""
        left = self._progress.seconds_left
        if left is None:
            return self._progress
        passed = time.monotonic() - self._estimated_at
        return replace(self._progress, seconds_left=round(max(0.0, left - passed), 1))


@contextmanager
def recorded(store: StorePath, kind: IndexKind, display: Progress) -> Iterator[RecordedProgress]:
    """Record the progress of the build in the block, which holds the write lock.

    The file is written every few seconds while the block runs, and says at the end how it went.
    """
    progress = RecordedProgress(store, kind, display)
    progress.write()
    ended = Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            progress.write()

    thread = Thread(target=beat, daemon=True)
    thread.start()
    end: dict[str, Any] = {"state": "failed", "problem": "It was stopped."}
    try:
        yield progress
        end = {"state": "done"}
    except DataError as error:
        end["problem"] = str(error)
        raise
    except Exception as error:
        end["problem"] = f"Unexpected error: {type(error).__name__}."
        raise
    finally:
        ended.set()
        thread.join()
        progress.write(**end)
