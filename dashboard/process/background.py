"""Background threads, optionally delayed until the first page is served."""

import atexit
from collections.abc import Callable
from threading import Thread, Timer

FIRST_PAGE_SECONDS = 4.0
"""Time for a cold process to serve its first page. On two cores, other work would slow it down."""

_threads: list[Thread] = []


def run_in_background(work: Callable[[], object]) -> None:
    """Run a function in a thread of its own, now."""
    _start(Thread(target=work, daemon=True))


def run_after_first_page(work: Callable[[], object]) -> None:
    """Run a function in a thread of its own, `FIRST_PAGE_SECONDS` from now."""
    _start(Timer(FIRST_PAGE_SECONDS, work))


def _start(thread: Thread) -> None:
    thread.daemon = True
    _threads.append(thread)
    thread.start()


@atexit.register
def _join_all() -> None:
    """Cancel delayed work and wait for the rest: DuckDB crashes if its thread is killed."""
    for thread in _threads:
        if isinstance(thread, Timer):
            thread.cancel()
    for thread in _threads:
        thread.join()
