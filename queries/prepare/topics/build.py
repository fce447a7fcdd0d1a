"""Build the topics of a store: fit them, assign every first prompt, label them, measure them.

The new version shares the files of the live one but for its conversations, whose columns `topic`
and `subtopic` are filled. So topics are of exactly the conversations that they lie beside.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.errors import DataError
from queries.prepare.build import clean_up, disk_full_errors
from queries.prepare.group_columns import publish_group_columns
from queries.prepare.index.work_folder import index_work
from queries.prepare.topics.carried_changes import carry_changes
from queries.prepare.topics.catalogue import numbered_topics
from queries.prepare.topics.clusters import (
    OTHER_PERCENTILE,
    Assignment,
    TopicModel,
    assign,
    fit_topics,
    landmarks_of,
    reduction,
)
from queries.prepare.topics.first_prompts import (
    CHARS_MAX,
    CHARS_MIN,
    FirstPrompts,
    topic_prompts,
)
from queries.prepare.topics.labels import TermCounts
from queries.prepare.topics.quality import silhouette, stability
from queries.prepare.topics.settings import TOPICS_DEFAULT, TOPICS_SEED
from queries.runtime.progress import Progress
from queries.search.index import SearchIndex
from queries.statistics.k_means import Rows
from queries.statistics.unit_rows import are_alike
from queries.store.layout import StorePath, Version
from queries.store.tombstones import removed_ids
from queries.store.write_lock import write_lock

PROMPTS_MIN = 40
"""Fewer first prompts have no topics."""

_BLOCK_ROWS = 2_048
_LABEL_TEXTS_MAX = 400
"""Texts that the label of a subtopic is made of, at most."""

_LABEL_CHARS = 600
"""Characters of each of these texts that are read."""


class NoTopicsError(DataError):
    """A store whose first prompts cannot be divided into topics."""


@dataclass(frozen=True, slots=True)
class TopicsResult:
    """The live version, and the entry of its topics in the manifest."""

    version: Version
    facts: dict[str, Any]


def build_topics(
    store: StorePath,
    progress: Progress,
    *,
    count: int = TOPICS_DEFAULT,
    seed: int = TOPICS_SEED,
) -> TopicsResult:
    """Build the topics of the live version, and publish them as a new version.

    Args:
        store: a prepared store whose index has vectors.
        progress: shows the steps.
        count: number of topics; fewer where there are fewer than four prompts for each.
        seed: the same store and seed give the same topics.

    Raises:
        IndexMissingError: there is no index.
        IndexWithoutModelError: the index has no vectors.
        NoTopicsError: there are too few first prompts, or all are alike.
        StoreBusyError: another process writes to this store.
        StoreFullError: the disk is full.
    """
    with write_lock(store), disk_full_errors(store):
        started = time.monotonic()
        live = store.current()
        index = SearchIndex(live)
        index.check_has_vectors()
        prompts = topic_prompts(live, index, removed_ids(store))
        if len(prompts) < PROMPTS_MIN:
            raise NoTopicsError(
                f"Topics need {PROMPTS_MIN} different first prompts of {CHARS_MIN} to "
                f"{CHARS_MAX:,} characters; this store has {len(prompts):,}."
            )
        topics = _Topics(index, prompts, min(count, len(prompts) // 4), seed, progress)
        facts = topics.build()
        facts["wanted_count"] = count
        facts["last_run_seconds"] = round(time.monotonic() - started, 1)
        work = index_work(store, "topics")
        columns = topics.topic_of_group()
        version = publish_group_columns(
            store, live, work.path, ("topics", facts), columns, progress
        )
        carry_changes(store, live, version, forgets=False)
        clean_up(store, version)
        return TopicsResult(version, facts)


class _Topics:
    """One run: the fitted topics of some first prompts."""

    def __init__(
        self, index: SearchIndex, prompts: FirstPrompts, count: int, seed: int, progress: Progress
    ) -> None:
        self._index, self._prompts = index, prompts
        self._count, self._seed, self._progress = count, seed, progress
        self._columns: dict[str, pa.Array] = {}

    def build(self) -> dict[str, Any]:
        """Fit, assign, label and measure; returns the entry for the manifest."""
        model, quality = self._fit()
        assignment = self._assigned(model)
        is_other = assignment.distances > model.distance_max
        counts, documents = self._term_counts(assignment, is_other)
        catalogue = numbered_topics(assignment, is_other, model.parents, counts, documents)
        topics = catalogue.topic_names[np.where(is_other, -1, assignment.topics)]
        subtopics = catalogue.subtopic_names[np.where(is_other, -1, assignment.subtopics)]
        self._columns = {
            "topic": pa.array(topics, pa.string()),
            "subtopic": pa.array(subtopics, pa.string()),
            "topic_distance": pa.array(assignment.distances, pa.float64()),
        }
        return {
            "index_key": self._index.manifest["key"],
            "seed": self._seed,
            "topic_count": self._count,
            "subtopic_count": len(model.parents),
            "prompt_count": len(self._prompts),
            "other_count": int(is_other.sum()),
            "other_distance": round(model.distance_max, 4),
            "other_percentile": OTHER_PERCENTILE,
            "chars_min": CHARS_MIN,
            "chars_max": CHARS_MAX,
            "quality": {**quality, "coherence": catalogue.coherence},
            "topics": catalogue.topics,
        }

    def topic_of_group(self) -> pa.Table:
        """A row for each prompt group: `prompt_group`, and the columns of topics."""
        return pa.table({"prompt_group": pa.array(self._prompts.groups), **self._columns})

    def _vectors(self, numbers: npt.NDArray[np.int64]) -> Rows:
        return self._index.vectors(self._prompts.prompts[numbers])

    def _fit(self) -> tuple[TopicModel, dict[str, float | None]]:
        total, seed = len(self._prompts), self._seed
        with self._progress.step("Fitting topics", 3, "steps") as advance:
            mean, axes = reduction(self._vectors, total)
            landmarks = self._vectors(landmarks_of(total, seed))
            if are_alike(landmarks):
                raise NoTopicsError(
                    "All first prompts of this store mean the same to the model of its index, so "
                    "there are no topics. Another model may tell them apart: chatscape index "
                    "--model"
                )
            advance(1)
            unfitted = TopicModel.reduce(landmarks, mean, axes)
            model = fit_topics(unfitted, mean, axes, self._count, seed)
            advance(1)
            index, changed = stability(model.embedding.coordinates, self._count, seed)
            labels = assign(model, unfitted).topics
            quality = {
                "silhouette": _rounded(silhouette(unfitted, labels, seed)),
                "stability": _rounded(index),
                "changed_share": _rounded(changed),
            }
            advance(1)
        return model, quality

    def _assigned(self, model: TopicModel) -> Assignment:
        parts: list[Assignment] = []
        total = len(self._prompts)
        with self._progress.step("Assigning prompts", total, "prompts") as advance:
            for start in range(0, total, _BLOCK_ROWS):
                numbers = np.arange(start, min(start + _BLOCK_ROWS, total))
                parts.append(assign(model, model.reduced(self._vectors(numbers))))
                advance(len(numbers))
        return Assignment(
            np.concatenate([part.topics for part in parts]),
            np.concatenate([part.subtopics for part in parts]),
            np.concatenate([part.distances for part in parts]),
        )

    def _term_counts(
        self, assignment: Assignment, is_other: npt.NDArray[np.bool_]
    ) -> tuple[TermCounts, list[frozenset[str]]]:
        """The terms of each subtopic, and those of each text that was read.

        Texts come from the index, which has them masked. Those of flagged messages are not read.
        """
        counts, documents = TermCounts(), []
        chosen = self._texts_to_read(assignment.subtopics, is_other | self._prompts.is_covered)
        with self._progress.step("Labelling topics", len(chosen), "prompts") as advance:
            for numbers in _blocks(chosen):
                messages = self._prompts.messages[numbers].tolist()
                rows = self._index.message_rows(messages, ["text"])
                for number, row in zip(numbers.tolist(), rows, strict=True):
                    text = (row["text"] or "")[:_LABEL_CHARS]
                    terms = counts.add(int(assignment.subtopics[number]), text)
                    documents.append(frozenset(terms))
                advance(len(numbers))
        return counts, documents

    def _texts_to_read(
        self, subtopics: npt.NDArray[np.int32], is_left_out: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        """A sample of each subtopic, ascending."""
        order = np.random.default_rng(self._seed).permutation(len(subtopics))
        order = order[~is_left_out[order]]
        order = order[np.argsort(subtopics[order], kind="stable")]
        starts = np.searchsorted(subtopics[order], subtopics[order])
        return np.sort(order[np.arange(len(order)) - starts < _LABEL_TEXTS_MAX])


def _blocks(numbers: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    for start in range(0, len(numbers), _BLOCK_ROWS):
        yield numbers[start : start + _BLOCK_ROWS]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
