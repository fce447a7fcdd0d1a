"""What an export writes to, so that nobody sees half of one: a partial file or folder.

It is renamed last. A partial one is held by a lock that goes with its holder: what a killed export
left is removed by the next one to that name, and two at once do not write the same.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queries.errors import ExportError, UsageError
from queries.layout import delete, sync, write_json

SUFFIX = ".manifest.json"
"""What the name of a manifest ends in."""


def manifest_path(out: Path) -> Path:
    """Where the manifest of an export stands: beside it."""
    return out.with_name(f"{out.name}{SUFFIX}")


def prepared_folder(store: Path) -> Path:
    """Where a dashboard prepares exports: the one place in a store that they are written to."""
    return store / "state" / "exports"


class Output:
    """A new export under a temporary name."""

    def __init__(self, out: Path, path: Path) -> None:
        self.out = out
        self.path = path

    def publish(self, manifest: Mapping[str, Any]) -> None:
        """Give it its name, its manifest before it; what had the name is gone then."""
        for path in [self.path, *self.path.rglob("*")]:
            sync(path)
        delete(self.out)
        try:
            write_json(manifest_path(self.out), manifest)
            self.path.replace(self.out)
        except BaseException:
            manifest_path(self.out).unlink(missing_ok=True)
            raise
        sync(self.out.parent)


@contextmanager
def new_output(out: Path, *, is_folder: bool, may_replace: bool, store: Path) -> Iterator[Output]:
    """A place to write an export to; whatever was not published is removed in the end.

    Args:
        out: its name when it is whole.
        is_folder: a folder, not a file.
        may_replace: what has the name is replaced.
        store: the folder of the store, in which nothing is exported.

    Raises:
        UsageError: the name is taken, or cannot be one.
        ExportError: somebody else writes to it, the folder cannot be written to, the disk is full.
    """
    check_name(out, may_replace=may_replace, store=store)
    path = out.with_name(f"{out.name}.partial")
    with failures_said(out):
        lock = _held(out, path, is_folder=is_folder)
        try:
            yield Output(out, path)
        finally:
            if _is_same(path, lock):
                delete(path)
            os.close(lock)


@contextmanager
def failures_said(out: Path) -> Iterator[None]:
    """Say in a sentence why an export cannot be written, where a disk or a folder is the reason."""
    try:
        yield
    except ChildProcessError as error:
        raise ExportError(out, f"{error}, perhaps for want of memory. Try it again.") from error
    except OSError as error:
        # Arrow has the system's words but not always its number.
        if error.errno == errno.ENOSPC or "No space left" in str(error):
            raise ExportError(out, "the disk is full; free some space, or name another.") from error
        why = error.strerror or " ".join(str(error).split()) or type(error).__name__
        raise ExportError(out, f"{why}. Check the folder, its permissions and its disk.") from error


def check_name(out: Path, *, may_replace: bool, store: Path) -> None:
    """Refuse a name that is taken, or cannot be one: see `new_output`."""
    if not out.name:
        raise UsageError(f"{out} is a folder that is there already: name a new one in it.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: make it, or name another.")
    is_prepared = out.resolve().is_relative_to(prepared_folder(store).resolve())
    if out.resolve().is_relative_to(store.resolve()) and not is_prepared:
        raise UsageError(f"{out} is inside the store: name a file elsewhere.")
    if out.exists() and not may_replace:
        raise UsageError(f"{out} is there already: name another, or say --overwrite.")
    if may_replace and out.is_dir() and any(out.iterdir()) and not manifest_path(out).is_file():
        raise UsageError(f"{out} is a folder that no export wrote: name another.")


def _held(out: Path, path: Path, *, is_folder: bool) -> int:
    """A partial file to be written anew, or an empty folder, for this process alone; its lock."""
    while True:
        if path.exists() and path.is_dir() != is_folder:
            delete(path)
        if is_folder:
            path.mkdir(exist_ok=True)
        lock = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ExportError(out, "another export writes to it; wait for it.") from None
        if _is_same(path, lock):
            break
        os.close(lock)  # Its holder removed it meanwhile.
    if is_folder:
        for left in path.iterdir():
            delete(left)
    return lock


def _is_same(path: Path, lock: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False
