"""Exports that a dashboard prepares for its readers: where they are, and how they go again."""

import shutil
import time
from pathlib import Path

from queries.export.output import failures_said, prepared_folder
from queries.layout import StorePath

KEPT_SECONDS = 6 * 3600
"""So long a prepared export can be fetched."""


def new_prepared(store: StorePath, token: str) -> Path:
    """A folder for one prepared export; what nobody can fetch any more is removed beside it.

    Raises:
        ExportError: it cannot be made.
    """
    new = prepared_folder(store.path) / token
    with failures_said(new):
        remove_left(new.parent)
        new.mkdir(parents=True)
    return new


def remove_prepared(folder: Path) -> None:
    """Remove a prepared export."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_left(folder: Path) -> None:
    """Remove what processes that are gone left there, once it is too old to be fetched."""
    over = time.time() - KEPT_SECONDS
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.stat().st_mtime < over:
            remove_prepared(left)
