"""Python's search for objects that nothing needs, at times when it costs little.

It holds all scripts while it goes through everything there is: a third of a second once a store
with an index is open. What is there before the first reader stays, and is not looked through again.
"""

import ctypes
import gc
from contextlib import suppress
from time import monotonic

import pyarrow as pa

SECONDS = 30.0
"""So often everything that came after the start is looked through."""

_last = [monotonic()]


def keep_what_is_there() -> None:
    """Never again look through what is there now: modules, the store, its index, its model."""
    gc.collect()
    gc.freeze()
    _give_memory_back()


def tidy() -> None:
    """Let go of what nothing needs any more, unless that was done just now."""
    if monotonic() - _last[0] > SECONDS:
        _last[0] = monotonic()
        gc.collect()
        _give_memory_back()


def _give_memory_back() -> None:
    """Have Arrow and the C library return to the system what is free; GNU's has to be told."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
