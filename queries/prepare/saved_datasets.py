"""Folders that ``Dataset.save_to_disk`` of the library `datasets` wrote."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from queries.errors import SourceError


def is_saved_data_file(path: Path) -> bool:
    """Whether an Arrow file is part of the dataset in its folder: not a cache file, for example.

    True in a folder without a description of a saved dataset.

    Raises:
        SourceError: the folder holds a selection of rows, which its files do not show.
    """
    state = _state(path.parent)
    if state is None:
        return True
    if state.get("_indices_data_files") or state.get("_indices_files"):
        raise SourceError(
            f"{path.parent} is a selection of rows of a dataset. Write them out first, with "
            "dataset.flatten_indices().save_to_disk(...)."
        )
    return path.name in [file.get("filename") for file in state["_data_files"]]


@lru_cache(maxsize=8)
def _state(folder: Path) -> dict[str, Any] | None:
    """The description of the dataset in a folder; None if there is none."""
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_dataset = isinstance(state, dict) and isinstance(state.get("_data_files"), list)
    return state if is_dataset else None
