"""The process that builds an index beside a dashboard, and ends with it."""

import os
import sys
from pathlib import Path
from threading import Thread
from typing import cast

from queries.errors import DataError
from queries.prepare.index.build import IndexResult, build_index
from queries.prepare.index.existing_index import usable_index
from queries.prepare.index.quick_step import QuickChoice
from queries.prepare.index.work_folder import IndexFacts
from queries.runtime.private_files import keep_new_files_private
from queries.runtime.progress import Silent
from queries.search.embedder import Embedder
from queries.search.model_choice import choose_model
from queries.store.index_progress import IndexKind
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock


def build_missing_index(store: StorePath, kind: IndexKind) -> IndexResult | None:
    """Build an index of this kind if the live version has none; waits for other writers.

    An index that somebody built with another model is kept. Quick vectors are what ``quick`` asks
    for; after them, ``meaning`` still makes those of the model.

    Returns:
        None if there is nothing to build.

    Raises:
        StoreMissingError: nothing has been prepared there.
        StoreFullError: the disk is full.
        ModelError: the model cannot be loaded. The words are indexed all the same.
    """
    with write_lock(store, wait=True):
        facts = usable_index(store.current())
    if facts is not None and _is_enough(facts, kind):
        return None
    load = None if kind == "words" else _load
    quick: QuickChoice = "only" if kind == "quick" else "auto"
    return build_index(store, load, Silent(), wait=True, quick=quick)


def main(folder: str, kind: str) -> None:
    """Build the index of a store until standard input ends.

    An error is one sentence on standard error, and the exit code 1.
    """
    Thread(target=_end_with_parent, daemon=True).start()
    keep_new_files_private()
    try:
        build_missing_index(StorePath(Path(folder)), cast("IndexKind", kind))
    except DataError as error:
        _fail(str(error))
    except Exception as error:  # noqa: BLE001  its message may quote values of the data
        _fail(f"Unexpected error: {type(error).__name__}.")


def _fail(sentence: str) -> None:
    """End with a sentence on standard error, as its last line."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    # Not as an interpreter ends: then DuckDB lists on standard error what it did not free.
    os._exit(1)


def _end_with_parent() -> None:
    """Wait until standard input ends, which its parent holds open, and end at once.

    Nothing is lost: the next build goes on where this one stops.
    """
    # Not through `sys.stdin`, whose lock this thread would still hold when the interpreter ends.
    while os.read(0, 1_024):
        pass
    os._exit(1)


def _is_enough(facts: IndexFacts, kind: IndexKind) -> bool:
    """Whether an index has what a build of this kind would make."""
    if kind == "words":
        return True
    has_vectors = facts["model"] is not None
    return has_vectors and (kind == "quick" or facts.get("quick") is None)


def _load() -> Embedder:
    return choose_model().load()
