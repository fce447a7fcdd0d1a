"""Build the search index of a store as a new version, in resumable steps.

A store without an index gets one of words first, as a version of its own, so that people can search
while the vectors are made. Where the model takes long, one with quick vectors follows.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import orjson
from lancedb import __version__ as lancedb_version

from queries.masking.revision import masking_revision
from queries.prepare.build import KEPT_VERSIONS, disk_full_errors
from queries.prepare.index.distinct_prompts import PromptTexts, distinct_prompts
from queries.prepare.index.existing_index import finish_index, index_facts
from queries.prepare.index.full_text import build_full_text, build_raw_text
from queries.prepare.index.index_texts import mask_texts, read_texts
from queries.prepare.index.publication import publish_index
from queries.prepare.index.quick_step import (
    QUICK_REVISION,
    QuickChoice,
    QuickProgress,
    measured_quick_model,
    plan_quick_step,
    save_quick_model,
)
from queries.prepare.index.recall import measure_recall
from queries.prepare.index.recorded_progress import RecordedProgress, recorded
from queries.prepare.index.vectors import build_vectors, embed_prompts
from queries.prepare.index.work_folder import (
    IndexFacts,
    IndexWork,
    delete_all_work,
    delete_other_work,
    index_work,
)
from queries.runtime.progress import Progress
from queries.search.embedder import Embedder
from queries.search.index import INDEX_FORMAT, SearchIndex
from queries.search.quick_model import QUICK_FOLDER, QuickVectors
from queries.store.index_progress import LOADING_MODEL, IndexKind
from queries.store.layout import StorePath, Version
from queries.store.write_lock import write_lock

EmbedderLoader = Callable[[], Embedder]


@dataclass(frozen=True, slots=True)
class IndexResult:
    """The result of building an index.

    Attributes:
        version: the live version of the store.
        facts: the index's entry in its manifest.
        is_new: false if the store already had exactly this index.
        resumed_prompts: prompts that an interrupted build had already embedded.
    """

    version: Version
    facts: IndexFacts
    is_new: bool
    resumed_prompts: int


def build_index(
    store: StorePath,
    embedder: Embedder | EmbedderLoader | None,
    progress: Progress,
    *,
    fresh: bool = False,
    wait: bool = False,
    quick: QuickChoice = "auto",
) -> IndexResult:
    """Build the index of the live version, and publish it with the tables as a new version.

    Args:
        store: a prepared store.
        embedder: the model, or what loads it when it is needed; None for a full-text index alone.
        progress: shows the steps, which are also written into the store.
        fresh: start over instead of resuming an interrupted build, and rebuild even if the store
            already has this index.
        wait: wait for another process that writes to this store instead of failing.
        quick: whether quick vectors come before those of the model, or are all that is built.

    Raises:
        StoreMissingError: nothing has been prepared there.
        StoreBusyError: another process writes to this store.
        StoreFullError: the disk is full.
        ModelError: the model cannot be loaded. The words are indexed all the same.
    """
    kind: IndexKind = "quick" if quick == "only" else "meaning"
    kind = "words" if embedder is None else kind
    with (
        write_lock(store, wait=wait),
        disk_full_errors(store),
        recorded(store, kind, progress) as recording,
    ):
        live = store.current()
        if fresh:
            delete_all_work(store)
        build = _Build(store, live, recording, time.monotonic(), fresh=fresh)
        if embedder is None:
            return build.words()
        # Readers of an index that works keep it until the other one is whole.
        if (index_facts(live) or {}).get("index_format") != INDEX_FORMAT:
            build.words_ahead()
        return build.meaning(embedder, quick)


@dataclass(frozen=True, slots=True)
class _Build:
    """One run of a build, which holds the write lock of its store."""

    store: StorePath
    live: Version
    progress: RecordedProgress
    started: float
    fresh: bool

    def words(self) -> IndexResult:
        """The index of words, as the live version."""
        key = _key(self.live, None)
        if existing := self._existing(key):
            return existing
        delete_other_work(self.store, [key])
        version, facts = self._published_words()
        finish_index(self.store, version)
        return IndexResult(version, facts, is_new=True, resumed_prompts=0)

    def words_ahead(self) -> None:
        """Publish the index of words, and keep its tables for the one with vectors."""
        self._published_words()

    def meaning(self, embedder: Embedder | EmbedderLoader, choice: QuickChoice) -> IndexResult:
        """The index of words and vectors, as the live version."""
        embedder = self._loaded(embedder)
        words_key, prompts_key = _key(self.live, None), _key(self.live, "prompts")
        key, quick_key = _key(self.live, embedder), _key(self.live, embedder, QUICK_REVISION)
        if existing := self._existing(key, *([quick_key] if choice == "only" else [])):
            return existing
        delete_other_work(self.store, [words_key, prompts_key, quick_key, key])
        words, prompts = index_work(self.store, words_key), index_work(self.store, prompts_key)
        base = _Base(words, prompts, self._words_facts(words) | self._prompt_facts(prompts, words))
        if choice == "only" or not (index_facts(self.store.current()) or {}).get("model"):
            quick = self._quick(embedder, base, quick_key, choice)
            if quick is not None and choice == "only":
                finish_index(self.store, quick.version, KEPT_VERSIONS + 1)
                return quick
        # The version before, and those that were published ahead of this one: somebody may look
        # at each of them.
        ahead = {words_key: 1, quick_key: 2}
        live_key = (index_facts(self.store.current()) or {}).get("key", "")
        result = self._published(base, embedder, key, self.progress)
        finish_index(self.store, result.version, KEPT_VERSIONS + ahead.get(live_key, 0))
        return result

    def _quick(
        self, embedder: Embedder, base: "_Base", key: str, choice: QuickChoice
    ) -> IndexResult | None:
        """Publish an index with quick vectors; None if they would only delay the model's."""
        step = plan_quick_step(embedder, base.texts, choice)
        if step is None:
            return None
        self.progress.write(has_quick_step=True)
        progress, work = QuickProgress(self.progress), index_work(self.store, key)
        model, comparison = measured_quick_model(step, work, base.texts, progress)
        return self._published(base, model, key, progress, {"quick": comparison})

    def _published(
        self,
        base: "_Base",
        embedder: Embedder,
        key: str,
        progress: Progress,
        more: IndexFacts | None = None,
    ) -> IndexResult:
        """Embed the prompts, and publish the index with their vectors."""
        work = index_work(self.store, key)
        vector_facts, resumed = _vector_facts(work, base.texts, embedder, progress)
        facts = base.facts | vector_facts | (more or {}) | self._run_facts(key)

        def measure(staged: Version) -> IndexFacts:
            return {"recall": measure_recall(SearchIndex(staged), staged, progress)}

        version = publish_index(self.store, [base.words, base.prompts, work], facts, measure)
        return IndexResult(version, facts, is_new=True, resumed_prompts=resumed)

    def _existing(self, *keys: str) -> IndexResult | None:
        """The result if the live version has an index with one of these keys, and may keep it."""
        facts = index_facts(self.live)
        if self.fresh or facts is None or facts["key"] not in keys:
            return None
        finish_index(self.store, self.live)
        return IndexResult(self.live, facts, is_new=False, resumed_prompts=0)

    def _loaded(self, embedder: Embedder | EmbedderLoader) -> Embedder:
        if not callable(embedder):
            return embedder
        with self.progress.step(LOADING_MODEL, 1, "model") as advance:
            loaded = embedder()
            advance(1)
        return loaded

    def _published_words(self) -> tuple[Version, IndexFacts]:
        key = _key(self.live, None)
        work = index_work(self.store, key)
        facts = self._words_facts(work) | self._run_facts(key)
        return publish_index(self.store, [work], facts), facts

    def _run_facts(self, key: str) -> IndexFacts:
        return {"key": key, "last_run_seconds": round(time.monotonic() - self.started, 1)}

    def _words_facts(self, work: IndexWork) -> IndexFacts:
        """Index the words of all messages; returns what the manifest says of them."""
        live, progress, tables = self.live, self.progress, work.tables
        count = int(live.manifest()["counts"]["messages"])
        facts: IndexFacts = {
            "index_format": INDEX_FORMAT,
            "fingerprint": live.fingerprint,
            "lancedb_version": lancedb_version,
            "message_count": count,
            "masking": masking_revision(),
            "model": None,
        }
        changed = work.path / "changed.parquet"
        facts |= work.step("mask", lambda: mask_texts(changed, live, count, progress))
        texts = read_texts(changed, live)
        facts |= work.step("full_text", lambda: build_full_text(tables, texts, count, progress))
        facts |= work.step("raw_text", lambda: build_raw_text(tables, changed, progress))
        return facts

    def _prompt_facts(self, prompts: IndexWork, words: IndexWork) -> IndexFacts:
        """Number the distinct prompts; returns what the manifest says of them."""
        count = int(self.live.manifest()["counts"]["messages"])
        texts = read_texts(words.path / "changed.parquet", self.live)
        out, tables = prompts.path / "prompts", prompts.tables
        return prompts.step(
            "prompts", lambda: distinct_prompts(out, tables, texts, count, self.progress)
        )


@dataclass(frozen=True, slots=True)
class _Base:
    """The parts of an index that do not depend on its vectors, and their facts."""

    words: IndexWork
    prompts: IndexWork
    facts: IndexFacts

    @property
    def texts(self) -> PromptTexts:
        """The distinct prompts."""
        return PromptTexts(self.prompts.path / "prompts")


def _vector_facts(
    work: IndexWork, texts: PromptTexts, embedder: Embedder, progress: Progress
) -> tuple[IndexFacts, int]:
    """Embed the distinct prompts, and index their vectors.

    Returns:
        What the manifest says of them, and how many an interrupted run had embedded.
    """
    tables, vectors = work.tables, work.path / "vectors"
    resumed, embedding = embed_prompts(vectors, texts, embedder, progress)
    dimension = embedder.model.dimension
    table_facts = work.step("vectors", lambda: build_vectors(tables, vectors, dimension, progress))
    if isinstance(embedder, QuickVectors):
        save_quick_model(tables / QUICK_FOLDER, embedder.quick_model)
    model = {"model": embedder.model.as_json(), "precision": embedder.precision}
    return embedding | table_facts | model, resumed


def _key(
    live: Version, embedder: Embedder | Literal["prompts"] | None, quick_revision: int | None = None
) -> str:
    """A short hash of what an index, or a part of one, is built from."""
    inputs = [INDEX_FORMAT, live.fingerprint, masking_revision()]
    if embedder is None or isinstance(embedder, str):
        inputs.append(embedder)
    else:
        inputs.append([embedder.model.as_json(), embedder.precision])
    if quick_revision is not None:
        inputs.append(quick_revision)
    parts = orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)
    return sha256(parts).hexdigest()[:12]
