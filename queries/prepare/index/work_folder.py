"""The folder of an unfinished index build, whose steps resume."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from queries.store.atomic_files import delete_path, write_json
from queries.store.layout import StorePath

IndexFacts = dict[str, Any]
"""What a step has found out, for the manifest of the index."""


@dataclass(frozen=True, slots=True)
class IndexWork:
    """The folder of one part of an unfinished index: the words, or the vectors of one model.

    A step that was marked as done is skipped.
    """

    path: Path

    @property
    def tables(self) -> Path:
        """The LanceDB database under construction."""
        return self.path / "index.lance"

    def step(self, name: str, build: Callable[[], IndexFacts]) -> IndexFacts:
        """Run a step, or return its recorded result if it was done before."""
        mark = self.path / f"{name}.json"
        if mark.is_file():
            recorded: IndexFacts = orjson.loads(mark.read_bytes())
            return recorded
        facts = build()
        write_json(mark, facts)
        return facts


def index_work(store: StorePath, key: str) -> IndexWork:
    """The folder of the part with this key: that of an interrupted build, or a new one."""
    work = IndexWork(_folder(store) / key)
    work.tables.mkdir(parents=True, exist_ok=True)
    return work


def delete_other_work(store: StorePath, keys: Iterable[str]) -> None:
    """Delete what builds of other indexes have left."""
    folder, kept_names = _folder(store), set(keys)
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in kept_names:
            delete_path(path)


def delete_all_work(store: StorePath) -> None:
    """Delete all unfinished parts, also those of interrupted builds."""
    shutil.rmtree(_folder(store), ignore_errors=True)


def _folder(store: StorePath) -> Path:
    return store.path / "indexing"
