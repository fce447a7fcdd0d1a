"""What a manifest says of a file, and whether the file is still that one."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def file_facts(path: Path, folder: Path) -> dict[str, Any]:
    """Name, size and hash of a file, for a manifest.

    Args:
        path: the file.
        folder: which its name is told from.

    Returns:
        ``path``, ``bytes`` and ``sha256``.
    """
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": path.stat().st_size,
        "sha256": file_sha256(path),
    }


def difference(facts: Mapping[str, Any], folder: Path, *, is_quick: bool) -> str | None:
    """How a file differs from what a manifest says of it, in words; None where it does not.

    Args:
        facts: what the manifest says.
        folder: which names are told from.
        is_quick: compare sizes only, not every byte; a gigabyte takes about a second.
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
    """The hash of a file as 64 hex digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
