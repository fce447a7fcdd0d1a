"""Show progress on standard error: a bar on a terminal, otherwise plain lines."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from tqdm import tqdm

from queries.runtime.progress import Advance, Progress

LINE_SECONDS = 5.0
"""Seconds between two plain lines."""

SILENT_SECONDS = 30.0
"""After so many seconds without a line, a step says that it still runs."""

BAR_SECONDS = 1.0
"""Seconds between two drawings of a bar."""


def terminal_progress() -> Progress:
    """A progress bar if standard error is a terminal, else plain lines."""
    return Bar() if sys.stderr.isatty() else Lines()


class Bar:
    """A progress bar with rate and remaining time."""

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Show the progress of one step as a bar, whose clock runs while nothing advances."""
        bar = tqdm(
            desc=title,
            total=total,
            initial=done,
            unit=f" {unit}",
            unit_scale=True,
            dynamic_ncols=True,
        )
        with bar, _repeated(bar.refresh, BAR_SECONDS):
            yield bar.update


class Lines:
    """A line at the beginning, every few seconds, and at the end."""

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Show the progress of one step as lines."""
        lines = _StepLines(title, total, unit, done)
        _print(f"{title}: {total:,} {unit}")
        with _repeated(lines.print_if_silent, LINE_SECONDS):
            yield lines.advance
        lines.print_progress()


class _StepLines:
    """The lines of one step. Thread-safe."""

    def __init__(self, title: str, total: int, unit: str, done: int = 0) -> None:
        self._title, self._total, self._unit = title, total, unit
        self._started = self._printed = time.monotonic()
        self._done = self._resumed = done
        self._lock = Lock()

    def advance(self, count: int) -> None:
        with self._lock:
            self._done += count
            is_due = time.monotonic() - self._printed >= LINE_SECONDS
            # The end of the step prints the last line.
            if is_due and self._done < self._total:
                self.print_progress()

    def print_if_silent(self) -> None:
        """Say that the step still runs, if nothing was printed for long."""
        with self._lock:
            now = time.monotonic()
            if now - self._printed >= SILENT_SECONDS:
                self._printed = now
                _print(f"{self._title}: running for {now - self._started:,.0f} s")

    def print_progress(self) -> None:
        self._printed = time.monotonic()
        seconds = self._printed - self._started
        rate = (self._done - self._resumed) / seconds if seconds > 0 else 0.0
        _print_line(self._title, self._done, self._total, self._unit, seconds, rate)


@contextmanager
def _repeated(work: Callable[[], object], seconds: float) -> Iterator[None]:
    """Do some work in a thread every few seconds, until the block ends."""
    ended = Event()

    def repeat() -> None:
        while not ended.wait(seconds):
            work()

    thread = Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _print_line(title: str, done: int, total: int, unit: str, seconds: float, rate: float) -> None:
    left = f", {(total - done) / rate:,.0f} s left" if rate and done < total else ""
    _print(
        f"{title}: {done:,} of {total:,} {unit} in {seconds:,.1f} s ({rate:,.0f} {unit}/s{left})"
    )


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
