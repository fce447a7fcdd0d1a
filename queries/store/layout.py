"""The layout of a store on disk: its versions, the live one, and the files beside them."""

import fcntl
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from queries.errors import (
    NoLiveVersionError,
    StoreFormatError,
    StoreMissingError,
    VersionGoneError,
)
from queries.store.atomic_files import fsync_path, write_text

STORE_FORMAT = 3
"""Increased when older code can no longer read a new store."""


FILES_OF_A_STORE = (
    *("CURRENT", "versions", "indexing", "converted", "discarded", "purging", "state"),
    *("removed.parquet", "prompt-groups.key", ".removing", ".lock"),
)
"""Everything in a store's folder, in the order in which it is destroyed: without the first file,
nobody can open the store."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a store: a folder with a complete set of tables once it has a manifest."""

    path: Path

    @property
    def name(self) -> str:
        """Its name: when its build started (UTC), and the fingerprint of its inputs."""
        return self.path.name

    @property
    def fingerprint(self) -> str:
        """The part of the name that identifies the inputs of the build."""
        return self.name.rpartition("-")[2]

    @property
    def manifest_path(self) -> Path:
        """The path of the manifest. It is written last: a version without one is incomplete."""
        return self.path / "manifest.json"

    @property
    def is_complete(self) -> bool:
        """Whether the version has all its tables."""
        return self.manifest_path.is_file()

    def table(self, name: str) -> Path:
        """The folder of a table: `conversations`, `messages` or `verbatim`."""
        return self.path / name

    def manifest(self) -> dict[str, Any]:
        """The manifest: sources, counts, quality checks, steps, files.

        Raises:
            VersionGoneError: the version was deleted.
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
    def converted_path(self) -> Path:
        """Source files as parquet, which were of other formats: only while a version is built."""
        return self.path / "converted"

    @property
    def removed_path(self) -> Path:
        """The path of the tombstones."""
        return self.path / "removed.parquet"

    @property
    def group_key_path(self) -> Path:
        """The secret key of the prompt groups, made by the first prepare. Only prepare reads it."""
        return self.path / "prompt-groups.key"

    @property
    def state_path(self) -> Path:
        """The folder of the audit log and of licence acceptance. It outlives every version."""
        return self.path / "state"

    @property
    def exports_path(self) -> Path:
        """Exports that a dashboard prepares: the only ones that are written inside a store."""
        return self.state_path / "exports"

    @property
    def identity_path(self) -> Path:
        """The file with the identity of the store, made when it first uses a shared database."""
        return self.state_path / "identity"

    def identity(self) -> str | None:
        """The identity of this store, wherever it is mounted. A copy of a store has the same one.

        Returns:
            32 hex digits; None before they are made.

        Raises:
            ValueError: the file holds something else.
            OSError: the file cannot be read.
        """
        try:
            text = self.identity_path.read_text().strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _checked_identity(text, self.identity_path) if text else None

    def ensure_identity(self) -> str:
        """The identity of this store, created if there is none. Concurrent callers get the same.

        Raises:
            ValueError: the file holds something else.
            OSError: the file cannot be read or written.
        """
        if identity := self.identity():
            return identity
        self.state_path.mkdir(parents=True, exist_ok=True)
        with self.identity_path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read().strip()
            if not text:
                text = uuid4().hex
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
        fsync_path(self.state_path)
        return _checked_identity(text, self.identity_path)

    def versions(self) -> list[Version]:
        """All versions, complete or not, oldest first."""
        if not self.versions_path.is_dir():
            return []
        return [Version(p) for p in sorted(self.versions_path.iterdir()) if p.is_dir()]

    def current_name(self) -> str | None:
        """The name of the live version; None if there is none."""
        try:
            return (self.path / "CURRENT").read_text().strip()
        except FileNotFoundError:
            return None

    def version(self, name: str) -> Version:
        """The version with that name, whether it exists or not."""
        return Version(self.versions_path / name)

    def current(self) -> Version:
        """The live version.

        Raises:
            StoreMissingError: nothing has been prepared, or no version is the live one.
            StoreFormatError: the store was prepared by code that writes another format.
        """
        name = self.current_name()
        if not name or not self.version(name).is_complete:
            count = sum(version.is_complete for version in self.versions())
            raise NoLiveVersionError(self.path, count) if count else StoreMissingError(self.path)
        version = self.version(name)
        store_format = version.manifest().get("format")
        if store_format != STORE_FORMAT:
            raise StoreFormatError(self.path, store_format, STORE_FORMAT)
        return version

    def set_current(self, version: Version) -> None:
        """Make a complete version the live one, atomically."""
        write_text(self.path / "CURRENT", f"{version.name}\n")

    def discard(self, version: Version) -> None:
        """Take a version out of the store atomically, then delete its files."""
        discarded = self.path / "discarded"
        discarded.mkdir(exist_ok=True)
        version.path.rename(discarded / version.name)
        self.empty_discarded()

    def empty_discarded(self) -> None:
        """Delete the files of discarded versions, also those that an interrupted call left."""
        shutil.rmtree(self.path / "discarded", ignore_errors=True)


def _checked_identity(text: str, path: Path) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise ValueError(f"{path} is damaged: put it back from a copy of the store")
    return text
