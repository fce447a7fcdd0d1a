"""Number topics by size, name them, and describe them for the manifest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.prepare.topics.clusters import OTHER, Assignment
from queries.prepare.topics.labels import LabelledTopic, TermCounts, coherence, label_topics
from queries.statistics.k_means import Labels

OTHER_LABEL = "Other prompts"

_Names = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class TopicCatalogue:
    """The topics of a store.

    Attributes:
        topics: their entries for the manifest, largest first, other prompts last.
        topic_names: the value of the column `topic` by number of the cluster; last: other prompts.
        subtopic_names: the same for `subtopic`; last: none.
        coherence: the mean coherence of the words of a topic.
    """

    topics: list[dict[str, Any]]
    topic_names: _Names
    subtopic_names: _Names
    coherence: float | None


def numbered_topics(
    assignment: Assignment,
    is_other: npt.NDArray[np.bool_],
    parents: Labels,
    counts: TermCounts,
    documents: Sequence[frozenset[str]],
) -> TopicCatalogue:
    """Number topics from 1, and the subtopics of each from 1, the largest first.

    Args:
        assignment: of every prompt.
        is_other: whether each prompt fits in no topic.
        parents: the topic of each subtopic.
        counts: the terms of each subtopic.
        documents: the terms of each text.
    """
    topic_count = int(parents.max()) + 1
    sizes = np.bincount(assignment.topics[~is_other], minlength=topic_count)
    subsizes = np.bincount(assignment.subtopics[~is_other], minlength=len(parents))
    order = _by_size(range(topic_count), sizes)
    labels = label_topics(counts.merged(dict(enumerate(parents.tolist()))), order)
    topic_names, subtopic_names = (
        np.full(n + 1, None, object) for n in (topic_count, len(parents))
    )
    width, entries = len(str(topic_count)), []
    for number, topic in enumerate(order, start=1):
        name = f"{number:0{width}d} {labels[topic].label}"
        topic_names[topic] = name
        parts = _by_size(np.flatnonzero(parents == topic).tolist(), subsizes)
        sublabels = label_topics(counts.of(parts), parts)
        subentries = []
        for part_number, part in enumerate(parts, start=1):
            subname = f"{number:0{width}d}.{part_number:02d} {sublabels[part].label}"
            subtopic_names[part] = subname
            subentries.append(_entry(part_number, subname, subsizes[part], sublabels[part]))
        entry = _entry(number, name, sizes[topic], labels[topic])
        own = coherence(labels[topic].words, documents)
        entries.append(entry | {"coherence": own and round(own, 4), "subtopics": subentries})
    topic_names[-1] = f"{OTHER:0{width}d} {OTHER_LABEL}"
    entries.append(
        {"number": OTHER, "name": topic_names[-1], "prompt_count": int(is_other.sum())}
        | {"label": OTHER_LABEL, "words": [], "coherence": None, "subtopics": []}
    )
    known = [entry["coherence"] for entry in entries if entry["coherence"] is not None]
    mean = round(float(np.mean(known)), 4) if known else None
    return TopicCatalogue(entries, topic_names, subtopic_names, mean)


def _by_size(numbers: Iterable[int], sizes: npt.NDArray[np.int64]) -> list[int]:
    return sorted(numbers, key=lambda number: (-int(sizes[number]), number))


def _entry(number: int, name: str, size: np.int64, labelled: LabelledTopic) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "label": labelled.label,
        "prompt_count": int(size),
        "words": list(labelled.words),
    }
