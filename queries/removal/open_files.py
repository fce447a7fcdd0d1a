"""Processes that still hold deleted files of a store open, so that their bytes stay on the disk."""

import time
from collections.abc import Iterator
from pathlib import Path

from queries.store.layout import StorePath

_DELETED = " (deleted)"

RELEASE_SECONDS = 6.0
"""A dashboard closes deleted files within this time."""


def processes_holding_deleted_files(store: StorePath) -> list[int]:
    """Ids of the processes that keep deleted files open for `RELEASE_SECONDS`.

    Returns at once if there are none. Processes of other users cannot be inspected, and systems
    without `/proc` report none.
    """
    deadline = time.monotonic() + RELEASE_SECONDS
    while (processes := _holders(store)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return processes


def _holders(store: StorePath) -> list[int]:
    inside = f"{store.path.absolute()}/"
    return sorted(
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if any(name.startswith(inside) and name.endswith(_DELETED) for name in _open_files(process))
    )


def open_files_text(processes: list[int]) -> str:
    """A sentence for the confirmation about `processes_holding_deleted_files`."""
    if not processes:
        return "No process on this machine that could be inspected has deleted files open."
    ids = ", ".join(map(str, processes))
    return (
        f"Deleted files are still open in the processes {ids}. Their bytes are freed when these "
        "processes close them; a dashboard does so by itself within seconds."
    )


def _open_files(process: Path) -> Iterator[str]:
    """The files that a process has open or mapped into memory."""
    try:
        for descriptor in (process / "fd").iterdir():
            yield str(descriptor.readlink())
        for line in (process / "maps").read_text(errors="replace").splitlines():
            yield line.partition("/")[1] + line.partition("/")[2]
    except OSError:  # The process has ended, or belongs to another user.
        return
