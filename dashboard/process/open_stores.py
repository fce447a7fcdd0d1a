"""The versions of a store that this process has open, each shared by all readers."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from weakref import ref

from dashboard.process import garbage_collection, queue_notice, text_caches
from dashboard.process.background import run_after_first_page
from queries.errors import DataError, VersionGoneError
from queries.open_store import open_version
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.relations import Snapshot
from queries.store.store import Store
from queries.store.tombstones import tombstone_revision

OPEN_VERSIONS_MAX = 2
"""Versions open at the same time: the live one and its predecessor."""

SHARED_FRAMES_CACHED = 128
"""Data frames that each store keeps because several queries use them."""


class Stores:
    """Opens and closes versions. Safe to share between threads."""

    def __init__(self, open_: Callable[[Path, str], Store]) -> None:
        """Start with no version open.

        Args:
            open_: opens a version, given the folder of its store and its name.
        """
        self._open = open_
        self._stores: dict[tuple[Path, str], Store] = {}
        self._removals: dict[tuple[Path, str], str | None] = {}
        """The state of the removals when each version was last looked at, also of closed ones."""
        self._lock = Lock()

    def get(self, path: Path, version: str) -> Store:
        """A version, opened if necessary; the least recently used one is closed to make room."""
        with self._lock:
            store = self._stores.pop((path, version), None) or self._open(path, version)
            self._removals.setdefault((path, version), _removals_of(path))
            self._stores[path, version] = store
            while len(self._stores) > OPEN_VERSIONS_MAX:
                del self._stores[next(iter(self._stores))]
            return store

    def memory_bytes(self) -> int:
        """Memory that DuckDB uses for all open versions."""
        with self._lock:
            stores = list(self._stores.values())
        return sum(store.relations.memory_bytes() for store in stores)

    def refresh(self) -> None:
        """Apply new removals, and close versions that were deleted, releasing files and memory.

        What caches hold of the text of conversations goes too.
        """
        with self._lock:
            deleted = [key for key, store in self._stores.items() if not store.version.is_complete]
            for key in deleted:
                del self._stores[key]
            stores = list(self._stores.values())
        for store in stores:
            with suppress(DataError):  # The next reader who needs this store gets the error.
                _ = store.snapshot
        if self._notice_changes():
            for store in stores:
                store.forget_results()
            text_caches.clear_all()
        if deleted:
            # An index has reference cycles: until it is collected it keeps deleted files open.
            garbage_collection.collect_all()

    def _notice_changes(self) -> bool:
        """Whether, since the last call, conversations were removed or a version was deleted."""
        with self._lock:
            before = self._removals
            self._removals = {
                (path, version): _removals_of(path)
                for path, version in before
                if StorePath(path).version(version).is_complete
            }
            return self._removals != before


def _removals_of(path: Path) -> str | None:
    """The state of the removals of a store; None if it cannot be read."""
    try:
        return tombstone_revision(StorePath(path))
    except DataError:
        return None


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_env()


def store_path() -> StorePath:
    """The folder of the store."""
    return StorePath(settings().store)


def shared_store(path: Path, snapshot: Snapshot) -> Store:
    """The version of a snapshot, opened once for all readers."""
    return _stores.get(path, snapshot.version)


def store_of_version(name: str) -> Store:
    """A version by its name, for work outside of a session, which must not keep it open.

    Raises:
        VersionGoneError: it was deleted.
    """
    if not store_path().version(name).is_complete:
        raise VersionGoneError(name)
    return shared_store(store_path().path, Snapshot(name, ""))


def refresh_stores() -> None:
    """Follow changes by other processes: removals, and deleted versions."""
    _stores.refresh()


def memory_bytes() -> int:
    """Memory that DuckDB uses for all open versions."""
    return _stores.memory_bytes()


def _open(path: Path, version: str) -> Store:
    store = open_version(
        StorePath(path).version(version),
        settings(),
        cached_frames=SHARED_FRAMES_CACHED,
        queue=queue_notice.queue,
    )
    if settings().in_memory:
        store_ref = ref(store)
        run_after_first_page(lambda: _preload(store_ref()))
    return store


def _preload(store: Store | None) -> None:
    """Load into memory what every query needs, then what every search needs."""
    if store is not None:
        store.load_into_memory()
        store.warm_search()
        garbage_collection.freeze_baseline()


_stores = Stores(_open)
