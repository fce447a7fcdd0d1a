"""The folders in which the dashboard prepares exports for download, and their cleanup.

A process holds a lock on each folder that it made, as long as it lives. So a folder without a lock
was left by a process that was killed.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from queries.export.atomic_output import export_errors
from queries.store.layout import StorePath


@dataclass(slots=True)
class PreparedFolder:
    """The folder of one prepared export, and the lock on it."""

    path: Path
    _locks: list[int]

    def delete(self) -> None:
        """Delete the folder and release its lock. May be called again, by several threads."""
        shutil.rmtree(self.path, ignore_errors=True)
        # Taken out of the list first: another file may bear the number of a closed one.
        with suppress(IndexError):
            os.close(self._locks.pop())


def new_prepared(store: StorePath, token: str) -> PreparedFolder:
    """Create the folder of one export job, locked for this process.

    Raises:
        ExportError: the folder cannot be created.
    """
    folder = store.exports_path / token
    with export_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.parent):
            folder.mkdir()
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return PreparedFolder(folder, [lock])


def delete_leftovers(store: StorePath) -> None:
    """Delete exports of processes that have ended; those of living processes stay."""
    folder = store.exports_path
    # Where nothing can be read or locked, nothing can be deleted either.
    with suppress(OSError), _locked(folder):
        for prepared in list(folder.iterdir()):
            with suppress(OSError):
                _delete_unless_locked(prepared)


def _delete_unless_locked(prepared: Path) -> None:
    if not prepared.is_dir() or prepared.is_symlink():
        prepared.unlink()
        return
    lock = os.open(prepared, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(prepared, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder of all exports: a new one is locked before others look at it."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
