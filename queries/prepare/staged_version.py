"""A new version beside the live one that shares most of its files, published when it is whole."""

import os
import shutil
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path

from queries.store.layout import StorePath, Version


def stage_version(folder: Path, live: Version, *, left_out: Container[str]) -> Version:
    """Begin a version with the files of the live one, as hard links.

    Args:
        folder: where the new version grows; what is there is deleted.
        live: the live version.
        left_out: files and folders of the live version, by name, that the new one does not share.

    Returns:
        The new version, which is not complete yet.
    """
    shutil.rmtree(folder, ignore_errors=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{live.fingerprint}"
    staged = Version(folder / name)
    for path in sorted(live.path.rglob("*")):
        inside = path.relative_to(live.path)
        if path.is_file() and inside.parts[0] not in left_out:
            link_file(path, staged.path / inside)
    return staged


def publish_version(store: StorePath, staged: Version) -> Version:
    """Move a complete version into the store, and make it the live one."""
    version = store.version(staged.name)
    staged.path.rename(version.path)
    store.set_current(version)
    return version


def link_file(path: str | Path, to: str | Path) -> str:
    """Hard-link a file; copy it if the file system has no hard links."""
    Path(to).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)
    return str(to)
