"""Atomic output of an export: it is written to `OUT.partial`, which is renamed when complete.

A lock on the partial file or folder, which ends with its process, keeps two exports from writing to
the same name. The next export to that name removes what a killed one left behind.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queries.errors import ExportError, UsageError
from queries.store.atomic_files import delete_path, fsync_path, write_json
from queries.store.layout import StorePath

MANIFEST_SUFFIX = ".manifest.json"
"""Appended to the name of an export for its manifest."""


def manifest_path(out: Path) -> Path:
    """The path of the manifest of an export, beside it."""
    return out.with_name(f"{out.name}{MANIFEST_SUFFIX}")


class Output:
    """An export that is being written under a temporary name.

    Attributes:
        out: the final path.
        path: the temporary path.
    """

    def __init__(self, out: Path, path: Path) -> None:
        self.out = out
        self.path = path

    def publish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest and rename the export, replacing what exists under its name."""
        for path in [self.path, *self.path.rglob("*")]:
            fsync_path(path)
        delete_path(self.out)
        try:
            write_json(manifest_path(self.out), manifest)
            self.path.replace(self.out)
        except BaseException:
            manifest_path(self.out).unlink(missing_ok=True)
            raise
        fsync_path(self.out.parent)


@contextmanager
def atomic_output(
    out: Path, *, is_folder: bool, may_replace: bool, store: Path
) -> Iterator[Output]:
    """Create a temporary file or folder for an export; it is deleted unless it is published.

    Args:
        out: the final path.
        is_folder: create a folder, not a file.
        may_replace: replace what exists at `out`.
        store: the folder of the store, which must not contain `out`.

    Raises:
        UsageError: the name is taken or invalid.
        ExportError: another export writes to it, the folder is not writable, or the disk is full.
    """
    check_output_path(out, may_replace=may_replace, store=store)
    path = out.with_name(f"{out.name}.partial")
    with export_errors(out):
        lock = _lock_partial(out, path, is_folder=is_folder)
        try:
            yield Output(out, path)
        finally:
            if _is_same(path, lock):
                delete_path(path)
            os.close(lock)


@contextmanager
def export_errors(out: Path) -> Iterator[None]:
    """Turn errors of the disk, a folder or a worker process into an `ExportError`."""
    try:
        yield
    except ChildProcessError as error:
        raise ExportError(out, f"{error}, perhaps out of memory. Try again.") from error
    except OSError as error:
        # Arrow's errors carry the message of the system, but not always its error number.
        if error.errno == errno.ENOSPC or "No space left" in str(error):
            raise ExportError(
                out, "the disk is full; free some space, or choose another disk."
            ) from error
        reason = error.strerror or " ".join(str(error).split()) or type(error).__name__
        raise ExportError(
            out, f"{reason}. Check the folder, its permissions and its disk."
        ) from error


def check_output_path(out: Path, *, may_replace: bool, store: Path) -> None:
    """Check that an export may be written to a path.

    Raises:
        UsageError: the name is taken or invalid, or the path lies inside the store.
    """
    if not out.name:
        raise UsageError(f"{out} is an existing folder: add a name to it.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}: create it, or choose another.")
    is_prepared = out.resolve().is_relative_to(StorePath(store).exports_path.resolve())
    if out.resolve().is_relative_to(store.resolve()) and not is_prepared:
        raise UsageError(f"{out} is inside the store: choose a path elsewhere.")
    if out.exists() and not may_replace:
        raise UsageError(f"{out} exists: choose another name, or add --overwrite.")
    if may_replace and out.is_dir() and any(out.iterdir()) and not manifest_path(out).is_file():
        raise UsageError(f"{out} is not a folder of an export: choose another name.")


def _lock_partial(out: Path, path: Path, *, is_folder: bool) -> int:
    """Create the partial file or empty folder, and lock it for this process; returns the lock."""
    while True:
        if path.exists() and path.is_dir() != is_folder:
            delete_path(path)
        if is_folder:
            path.mkdir(exist_ok=True)
        lock = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ExportError(
                out, "another export is writing to it; wait until it has finished."
            ) from None
        if _is_same(path, lock):
            break
        os.close(lock)  # Its holder deleted it in the meantime.
    if is_folder:
        for leftover in path.iterdir():
            delete_path(leftover)
    return lock


def _is_same(path: Path, lock: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False
