"""The versions of a store that this process has open, each once for all readers."""

import gc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from queries.errors import DataError
from queries.store import Store

KEPT = 2
"""Versions that are open at the same time: the live one, and the one before it."""


class Stores:
    """Opens versions, and lets go of them. Safe to share between threads."""

    def __init__(self, open_: Callable[[Path, str], Store]) -> None:
        """Begin without any.

        Args:
            open_: opens a version, by the folder of its store and its name.
        """
        self._open = open_
        self._opened: dict[tuple[Path, str], Store] = {}
        self._lock = Lock()

    def opened(self, path: Path, version: str) -> Store:
        """A version, opened when it is not yet; the one that was looked at longest ago goes."""
        with self._lock:
            store = self._opened.pop((path, version), None) or self._open(path, version)
            self._opened[path, version] = store
            while len(self._opened) > KEPT:
                del self._opened[next(iter(self._opened))]
            return store

    def memory_bytes(self) -> int:
        """What DuckDB holds for all that is open."""
        with self._lock:
            stores = list(self._opened.values())
        return sum(store.relations.memory_bytes() for store in stores)

    def look(self) -> None:
        """Leave out what was removed, and let go of versions that are gone, files and memory."""
        with self._lock:
            gone = [key for key, one in self._opened.items() if not one.version.is_complete]
            for key in gone:
                del self._opened[key]
            stores = list(self._opened.values())
        for store in stores:
            with suppress(DataError):  # Whoever asks will be told.
                _ = store.edition
        if gone:
            # An index refers to itself: until it is collected, it holds files that are deleted.
            gc.collect()
