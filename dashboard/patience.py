"""Work in the background: some of it put off until the first page is there."""

import atexit
from collections.abc import Callable
from threading import Thread, Timer

FIRST_PAGE_SECONDS = 4.0
"""By then a cold process has drawn its first page; on two cores the two would slow each other."""

_begun: list[Thread] = []


def in_background(work: Callable[[], object]) -> None:
    """Do some work in a thread of its own, now."""
    _begin(Thread(target=work, daemon=True))


def after_first_page(work: Callable[[], object]) -> None:
    """Do some work in the background, a little later."""
    _begin(Timer(FIRST_PAGE_SECONDS, work))


def _begin(thread: Thread) -> None:
    thread.daemon = True
    _begun.append(thread)
    thread.start()


@atexit.register
def _end() -> None:
    """Let work come to its end before Python does: DuckDB does not survive being cut off."""
    for thread in _begun:
        if isinstance(thread, Timer):
            thread.cancel()
    for thread in _begun:
        thread.join()
