"""Processes that still have deleted files of a store open: their bytes go when these end."""

import time
from collections.abc import Iterator
from pathlib import Path

from queries.layout import StorePath

_DELETED = " (deleted)"


WAIT_SECONDS = 6.0
"""A dashboard lets go of deleted files within so long."""


def holders(store: StorePath) -> list[int]:
    """Numbers of the processes that do not let go, as far as this one may look into others.

    None without `/proc`, and at once where none has any.
    """
    over = time.monotonic() + WAIT_SECONDS
    while (found := _holders(store)) and time.monotonic() < over:
        time.sleep(0.5)
    return found


def _holders(store: StorePath) -> list[int]:
    inside = f"{store.path.absolute()}/"
    return sorted(
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if any(name.startswith(inside) and name.endswith(_DELETED) for name in _names(process))
    )


def held_text(processes: list[int]) -> str:
    """What `holders` found, in words."""
    if not processes:
        return "No process of this machine that could be looked into has deleted files open."
    named = ", ".join(map(str, processes))
    return (
        f"Deleted files are still open in the processes {named}: their bytes go when these end. "
        "A dashboard lets go of them by itself within seconds."
    )


def _names(process: Path) -> Iterator[str]:
    """The files that a process has open or mapped into its memory."""
    try:
        for descriptor in (process / "fd").iterdir():
            yield str(descriptor.readlink())
        for line in (process / "maps").read_text(errors="replace").splitlines():
            yield line.partition("/")[1] + line.partition("/")[2]
    except OSError:  # It ended meanwhile, or is somebody else's.
        return
