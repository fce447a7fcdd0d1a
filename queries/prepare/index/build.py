"""Build the search index of a store as a new version: the steps, in order, resumable."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from lancedb import __version__ as lancedb_version

from queries.checksums import file_facts
from queries.layout import StorePath, Version, delete, write_json, write_text
from queries.prepare.build import clean_up, full_disk_said
from queries.prepare.index.full_text import build_full_text, build_words
from queries.prepare.index.prompts import PromptTexts, distinct_prompts
from queries.prepare.index.recall import measured_recall
from queries.prepare.index.vectors import build_vectors, embedded
from queries.prepare.lock import sole_writer
from queries.progress import Progress
from queries.search.embedder import Embedder, identity
from queries.search.index import INDEX_FORMAT, KEY_FILE, SearchIndex

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a build of an index came to.

    Attributes:
        version: the live version of the store.
        facts: what its manifest says of the index.
        is_new: false where the store already had just this index.
        resumed_prompts: prompts that an interrupted build had already embedded.
    """

    version: Version
    facts: Facts
    is_new: bool
    resumed_prompts: int


@dataclass(frozen=True, slots=True)
class Work:
    """The folder of a build that is not complete; a step that is marked done is not done again."""

    path: Path

    @property
    def tables(self) -> Path:
        """The LanceDB database that is being built."""
        return self.path / "index.lance"

    def step(self, name: str, build: Callable[[], Facts]) -> Facts:
        """What a step found, from its mark where it has come to its end before."""
        mark = self.path / f"{name}.json"
        if mark.is_file():
            found: Facts = orjson.loads(mark.read_bytes())
            return found
        facts = build()
        write_json(mark, facts)
        return facts


def build_index(
    store: StorePath, embedder: Embedder | None, progress: Progress, *, fresh: bool = False
) -> Indexed:
    """Build the index of the live version and make it part of a new one, in one step.

    Args:
        store: a prepared store.
        embedder: the model; None for an index of words alone.
        progress: shows the steps.
        fresh: begin anew instead of going on with an interrupted build, and build even what is
            there already.

    Raises:
        StoreMissingError: nothing has been prepared there.
        StoreBusyError: somebody else prepares or indexes this store.
        StoreFullError: the disk is full.
    """
    with sole_writer(store), full_disk_said(store):
        live = store.current()
        key = _key(live, embedder)
        said = _said(live)
        if said is not None and said["key"] == key and not fresh:
            _finish(store, live)
            return Indexed(live, said, is_new=False, resumed_prompts=0)
        work = _work(store, key, fresh=fresh)
        started = time.monotonic()
        facts, resumed = _build(work, live, embedder, progress)
        staged = _staged(store, work, live)
        facts["files"] = _files(staged)
        facts |= {"key": key, "last_run_seconds": round(time.monotonic() - started, 1)}
        _say(staged, live, facts)
        if embedder is not None:
            facts["recall"] = measured_recall(SearchIndex(staged), staged, progress)
            _say(staged, live, facts)
        version = store.version(staged.name)
        staged.path.rename(version.path)
        store.set_current(version)
        _finish(store, version)
        return Indexed(version, facts, is_new=True, resumed_prompts=resumed)


def is_indexed(store: StorePath, model_name: str | None) -> bool:
    """Whether the live version has an index by a model with these files, without loading it.

    What a build left behind that was cut off at its very end is cleaned up.

    Args:
        store: a prepared store.
        model_name: a name or a folder; None for an index of words alone.

    Raises:
        StoreMissingError: nothing has been prepared there.
        ModelError: there is no such model.
    """
    live = store.current()
    said = _said(live)
    if said is None or said["index_format"] != INDEX_FORMAT:
        return False
    if model_name is None or said["model"] is None:
        is_same = model_name is None and said["model"] is None
    else:
        is_same = all(said["model"][k] == v for k, v in identity(model_name).items())
    if is_same:
        with sole_writer(store):
            _finish(store, live)
    return is_same


def _said(live: Version) -> Facts | None:
    """What a version says of its index, if that is there."""
    said: Facts | None = live.manifest()["steps"].get("index")
    return said if (live.path / "index.lance").is_dir() else None


def _finish(store: StorePath, live: Version) -> None:
    """Remove old versions, and what the live one was made from."""
    clean_up(store, live)
    shutil.rmtree(store.path / "indexing", ignore_errors=True)


def _key(live: Version, embedder: Embedder | None) -> str:
    """What an index is made from, as a short hash."""
    model = embedder.model.as_json() if embedder else None
    said = orjson.dumps([INDEX_FORMAT, live.fingerprint, model], option=orjson.OPT_SORT_KEYS)
    return sha256(said).hexdigest()[:12]


def _work(store: StorePath, key: str, *, fresh: bool) -> Work:
    """The folder of the interrupted build of the same index, or a new one; others go."""
    folder = store.path / "indexing"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if fresh or path.name != key:
            delete(path)
    work = Work(folder / key)
    work.tables.mkdir(parents=True, exist_ok=True)
    # The tables themselves say what they are: a folder can be copied beside another manifest.
    write_text(work.tables / KEY_FILE, key)
    return work


def _build(
    work: Work, live: Version, embedder: Embedder | None, progress: Progress
) -> tuple[Facts, int]:
    count = int(live.manifest()["counts"]["messages"])
    facts: Facts = {
        "index_format": INDEX_FORMAT,
        "fingerprint": live.fingerprint,
        "lancedb_version": lancedb_version,
        "message_count": count,
        "model": None,
    }
    resumed = 0
    facts |= work.step("full_text", lambda: build_full_text(work.tables, live, count, progress))
    facts |= work.step("words", lambda: build_words(work.tables, live, count, progress))
    if embedder is not None:
        texts_path = work.path / "prompts"
        facts |= work.step(
            "prompts", lambda: distinct_prompts(texts_path, work.tables, live, count, progress)
        )
        texts = PromptTexts(texts_path)
        resumed, embedding = embedded(work.path / "vectors", texts, embedder, progress)
        facts |= embedding
        facts |= work.step(
            "vectors",
            lambda: build_vectors(
                work.tables, work.path / "vectors", embedder.model.dimension, progress
            ),
        )
        facts["model"] = embedder.model.as_json()
    return facts, resumed


def _staged(store: StorePath, work: Work, live: Version) -> Version:
    """The folder of the new version with the tables of the live one and the index, to be moved."""
    shutil.rmtree(work.path / "staged", ignore_errors=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{live.fingerprint}"
    staged = Version(work.path / "staged" / name)
    for path in sorted(live.path.rglob("*")):
        inside = path.relative_to(live.path)
        if path.is_file() and inside.parts[0] not in ("index.lance", "manifest.json"):
            _link(path, staged.path / inside)
    # Linked, not moved: the work stays whole until the new version is live.
    shutil.copytree(work.tables, staged.path / "index.lance", copy_function=_link)
    return staged


def _files(staged: Version) -> list[Facts]:
    """Names, sizes and hashes of the files of the index: about a second a gigabyte."""
    paths = sorted(path for path in (staged.path / "index.lance").rglob("*") if path.is_file())
    return [file_facts(path, staged.path) for path in paths]


def _say(staged: Version, live: Version, facts: Facts) -> None:
    """Write the manifest of a version: that of the live one, and what its index is."""
    manifest = live.manifest()
    manifest["version"] = staged.name
    manifest["steps"] = {**manifest["steps"], "index": facts}
    write_json(staged.manifest_path, manifest)


def _link(path: str | Path, to: str | Path) -> str:
    """The same file under another name; a copy where the disk has no links."""
    Path(to).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)
    return str(to)
