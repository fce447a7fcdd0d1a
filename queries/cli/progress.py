"""Progress on standard error: a bar on a terminal, plain lines anywhere else."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from tqdm import tqdm

from queries.progress import Advance, Progress

LINE_SECONDS = 5.0
"""Time between two plain lines."""


def shown_progress() -> Progress:
    """The progress that fits where standard error goes."""
    return Bar() if sys.stderr.isatty() else Lines()


class Bar:
    """A bar with rate and time left."""

    @contextmanager
    def step(self, title: str, total: int, unit: str) -> Iterator[Advance]:
        """Show one step."""
        with tqdm(
            desc=title, total=total, unit=f" {unit}", unit_scale=True, dynamic_ncols=True
        ) as bar:
            yield bar.update


class Lines:
    """A line at the beginning, every few seconds, and at the end."""

    @contextmanager
    def step(self, title: str, total: int, unit: str) -> Iterator[Advance]:
        """Show one step."""
        started = said = time.monotonic()
        done = 0
        lock = Lock()

        def advance(count: int) -> None:
            nonlocal done, said
            with lock:
                done += count
                now = time.monotonic()
                if now - said >= LINE_SECONDS:
                    said = now
                    _say(title, done, total, unit, now - started)

        yield advance
        _say(title, done, total, unit, time.monotonic() - started)


def _say(title: str, done: int, total: int, unit: str, seconds: float) -> None:
    rate = done / seconds if seconds > 0 else 0.0
    left = f", {(total - done) / rate:,.0f} s left" if rate and done < total else ""
    print(  # noqa: T201
        f"{title}: {done:,} of {total:,} {unit} in {seconds:,.1f} s ({rate:,.0f} {unit}/s{left})",
        file=sys.stderr,
        flush=True,
    )
