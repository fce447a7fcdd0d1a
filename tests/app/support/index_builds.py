"""The progress of an index build, as another process writes it."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from queries.store.index_progress import IndexProgress, write_index_progress
from queries.store.layout import StorePath

EMBEDDING = IndexProgress(
    *("meaning", 7, 0.0),
    title="Embedding prompts",
    done=420,
    total=1_000,
    unit="prompts",
    seconds_left=185.0,
)


def written(folder: Path, **changes: Any) -> None:
    """Write the progress of embedding prompts into a store, with changes, as of now."""
    changes = {"written_at": time.time()} | changes
    write_index_progress(StorePath(folder), replace(EMBEDDING, **changes))
