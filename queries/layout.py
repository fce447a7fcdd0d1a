"""Where things stand in a store, and how files are written so that nobody sees half of one."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from queries.errors import StoreFormatError, StoreMissingError, VersionGoneError

STORE_FORMAT = 2
"""Raised when older code can no longer read a new store."""


FILES_OF_A_STORE = (
    *("CURRENT", "versions", "indexing", "discarded", "purging", "state"),
    *("removed.parquet", ".removing", ".lock"),
)
"""What a store consists of, in the order in which it is destroyed: nobody opens it without the
first."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a store: a folder with a complete set of tables, once it has a manifest."""

    path: Path

    @property
    def name(self) -> str:
        """Its name: when it was begun (UTC) and the fingerprint of what it was built from."""
        return self.path.name

    @property
    def fingerprint(self) -> str:
        """The part of the name that says what it was built from."""
        return self.name.rpartition("-")[2]

    @property
    def manifest_path(self) -> Path:
        """Written last: a version without it is not complete."""
        return self.path / "manifest.json"

    @property
    def is_complete(self) -> bool:
        """Whether every table is there."""
        return self.manifest_path.is_file()

    def table(self, name: str) -> Path:
        """The folder of a table: `conversations`, `messages` or `verbatim`."""
        return self.path / name

    def manifest(self) -> dict[str, Any]:
        """What the version says of itself: sources, counts, oddities, steps.

        Raises:
            VersionGoneError: it was cleaned up.
        """
        try:
            manifest: dict[str, Any] = json.loads(self.manifest_path.read_text())
        except FileNotFoundError as error:
            raise VersionGoneError(self.name) from error
        return manifest


@dataclass(frozen=True, slots=True)
class StorePath:
    """The folder of a store."""

    path: Path

    @property
    def versions_path(self) -> Path:
        """The folder of all versions."""
        return self.path / "versions"

    @property
    def removed_path(self) -> Path:
        """The register of conversations that may never be shown again."""
        return self.path / "removed.parquet"

    @property
    def state_path(self) -> Path:
        """What people write: it outlives every version."""
        return self.path / "state"

    @property
    def identity_path(self) -> Path:
        """What tells this store from others; there once it has had rows in a shared database."""
        return self.state_path / "identity"

    def identity(self) -> str | None:
        """What tells this store from others, wherever it is mounted; a copy has the same.

        Returns:
            32 hex digits; nothing before they are made.

        Raises:
            ValueError: the file is there and holds something else.
            OSError: it cannot be read.
        """
        try:
            found = self.identity_path.read_text().strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _checked_identity(found, self.identity_path) if found else None

    def made_identity(self) -> str:
        """The same, made where there is none yet; all who ask at once get one.

        Raises:
            ValueError: the file is there and holds something else.
            OSError: it cannot be read or written.
        """
        if found := self.identity():
            return found
        self.state_path.mkdir(parents=True, exist_ok=True)
        with self.identity_path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            found = file.read().strip()
            if not found:
                found = uuid4().hex
                file.write(f"{found}\n")
                file.flush()
                os.fsync(file.fileno())
        sync(self.state_path)
        return _checked_identity(found, self.identity_path)

    def versions(self) -> list[Version]:
        """All versions, complete or not, oldest first."""
        if not self.versions_path.is_dir():
            return []
        return [Version(p) for p in sorted(self.versions_path.iterdir()) if p.is_dir()]

    def current_name(self) -> str | None:
        """The name of the live version, if there is one."""
        try:
            return (self.path / "CURRENT").read_text().strip()
        except FileNotFoundError:
            return None

    def version(self, name: str) -> Version:
        """The version of that name, whether it is there or not."""
        return Version(self.versions_path / name)

    def current(self) -> Version:
        """The live version.

        Raises:
            StoreMissingError: nothing has been prepared.
            StoreFormatError: prepared by code that writes another format.
        """
        name = self.current_name()
        if name is None or not self.version(name).is_complete:
            raise StoreMissingError(self.path)
        version = self.version(name)
        found = version.manifest().get("format")
        if found != STORE_FORMAT:
            raise StoreFormatError(self.path, found, STORE_FORMAT)
        return version

    def set_current(self, version: Version) -> None:
        """Make a complete version the live one, in one step."""
        write_text(self.path / "CURRENT", f"{version.name}\n")

    def discard(self, version: Version) -> None:
        """Take a version away in one step, and then its files."""
        discarded = self.path / "discarded"
        discarded.mkdir(exist_ok=True)
        version.path.rename(discarded / version.name)
        self.empty_discarded()

    def empty_discarded(self) -> None:
        """Delete the files of versions that were taken away; again, where that was cut off."""
        shutil.rmtree(self.path / "discarded", ignore_errors=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path to write; it takes its name when the block ends well, and goes otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.partial")
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a small file in one step."""
    with whole_file(path) as temporary:
        temporary.write_text(text)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a value as JSON in one step."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def delete(path: Path) -> None:
    """Delete a file, if it is there, or a folder with what is in it; of a link only the link.

    Raises:
        OSError: it cannot be deleted.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make what was written to a file, or renamed in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_writable(folder: Path) -> bool:
    """Whether something can be written into a folder, or into the one that it would be made in."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


def _checked_identity(text: str, path: Path) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise ValueError(f"{path} is damaged: put it back from a copy of the store")
    return text
