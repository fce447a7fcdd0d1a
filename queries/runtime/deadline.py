"""Call a function if a block takes too long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer


@contextmanager
def deadline(seconds: float, call: Callable[[], object]) -> Iterator[None]:
    """Call a function from another thread after some seconds, unless the block has ended.

    The thread has ended with the block: one that is left at the end of a command keeps objects of
    DuckDB alive, which complains of that on standard error.
    """
    timer = Timer(seconds, call)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
