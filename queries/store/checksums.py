"""Checksums: a file's entry in a manifest, and whether the file still matches it."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def file_facts(path: Path, folder: Path) -> dict[str, Any]:
    """The entry of a file in a manifest: name, size and checksum.

    Args:
        path: the file.
        folder: the folder that the name is relative to.

    Returns:
        ``path``, ``bytes`` and ``sha256``.
    """
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
    }


def difference(facts: Mapping[str, Any], folder: Path, *, is_quick: bool) -> str | None:
    """How a file differs from its entry in a manifest, in words; None if it does not.

    Args:
        facts: the entry, as `file_facts` returns it.
        folder: the folder that the name is relative to.
        is_quick: compare sizes only; hashing takes about a second per gigabyte.
    """
    path = folder / facts["path"]
    if not path.is_file():
        return "is not there"
    size = path.stat().st_size
    if size != facts["bytes"]:
        return f"has {size:,} bytes instead of {facts['bytes']:,}"
    if not is_quick and "sha256" in facts and file_sha256(path) != facts["sha256"]:
        return "is not what was written: its checksum differs"
    return None


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, as 64 hex digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ids_sha256(ids: Iterable[str]) -> str:
    """The SHA-256 of sorted ids, so that two machines can compare selections."""
    return hashlib.sha256("".join(f"{id_}\n" for id_ in ids).encode()).hexdigest()
