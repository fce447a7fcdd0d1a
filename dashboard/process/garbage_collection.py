"""Runs garbage collection every 30 s instead of after each rerun.

A full collection holds the GIL for a third of a second once a store with an index is open. Objects
that exist before the first reader comes are frozen: no later collection traverses them.
"""

import ctypes
import gc
from contextlib import suppress
from time import monotonic

import pyarrow as pa

INTERVAL_SECONDS = 30.0
"""Least time between two full collections."""

_last_run = [monotonic()]


def freeze_baseline() -> None:
    """Exclude everything alive now from later collections: modules, store, index, model."""
    gc.collect()
    gc.freeze()
    _release_memory()


def collect_all() -> None:
    """Collect what is garbage among the frozen objects too, e.g. a store that was open long."""
    gc.unfreeze()
    freeze_baseline()


def collect_if_due() -> None:
    """Collect garbage, unless that was done less than `INTERVAL_SECONDS` ago."""
    if monotonic() - _last_run[0] > INTERVAL_SECONDS:
        _last_run[0] = monotonic()
        gc.collect()
        _release_memory()


def _release_memory() -> None:
    """Return free memory of Arrow and of the C library to the system; glibc must be told to."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
