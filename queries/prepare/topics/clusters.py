"""Two levels of clusters of vectors: topics by the graph of neighbours, subtopics within each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.statistics.k_means import Labels, Rows, k_means, nearest
from queries.statistics.spectral_embedding import SpectralEmbedding, spectral_embedding
from queries.statistics.unit_rows import unit_rows

LANDMARKS_MAX = 12_000
"""Prompts that topics are fitted to: a sample by the seed, if there are more."""

SUBTOPICS_PER_TOPIC = 10
"""On average: a larger topic has more of them."""

OTHER = 0
"""The number of those that fit in no topic well."""

OTHER_PERCENTILE = 95
"""A prompt farther from the centre of its topic than so many percent of fitted prompts is other."""

_REDUCED_DIMENSIONS = 64
_SUBTOPIC_RESTARTS = 3
_SUBTOPIC_PROMPTS_MIN = 8
_BLOCK_ROWS = 4_096

ReadVectors = Callable[[npt.NDArray[np.int64]], Rows]
"""The vectors of some rows, shape (rows, dimension)."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Topics and subtopics that rows can be assigned to.

    Attributes:
        mean: subtracted from vectors, shape (dimension,).
        axes: the principal axes, shape (dimension, reduced dimensions).
        embedding: the graph of neighbours of the landmarks.
        centres: of topics in the coordinates of the embedding.
        reduced_centres: of topics among reduced vectors, for distances.
        subtopic_centres: of subtopics among reduced vectors, all topics together.
        parents: the topic of each subtopic.
        distance_max: prompts farther from their topic are other.
    """

    mean: Rows
    axes: Rows
    embedding: SpectralEmbedding
    centres: Rows
    reduced_centres: Rows
    subtopic_centres: Rows
    parents: Labels
    distance_max: float

    def reduced(self, vectors: Rows) -> Rows:
        """Centred vectors on the principal axes, as unit rows."""
        return self.reduce(vectors, self.mean, self.axes)

    @staticmethod
    def reduce(vectors: Rows, mean: Rows, axes: Rows) -> Rows:
        """Centred vectors on principal axes, as unit rows."""
        return unit_rows(np.asarray((vectors - mean) @ axes, np.float32))


@dataclass(frozen=True, slots=True)
class Assignment:
    """The topic, the subtopic and the distance of each row; topics are numbered from 0."""

    topics: Labels
    subtopics: Labels
    distances: Rows


def landmarks_of(count: int, seed: int) -> npt.NDArray[np.int64]:
    """The rows that topics are fitted to, ascending."""
    if count <= LANDMARKS_MAX:
        return np.arange(count)
    drawn = np.random.default_rng(seed).choice(count, LANDMARKS_MAX, replace=False)
    return np.sort(drawn)


def reduction(read: ReadVectors, count: int) -> tuple[Rows, Rows]:
    """The mean of all vectors, and their leading principal axes as columns."""
    sums: npt.NDArray[np.float64] | None = None
    products: npt.NDArray[np.float64] | None = None
    for numbers in _blocks(count):
        rows = read(numbers).astype(np.float64)
        sums = rows.sum(axis=0) if sums is None else sums + rows.sum(axis=0)
        products = rows.T @ rows if products is None else products + rows.T @ rows
    if sums is None or products is None:
        raise ValueError("there are no vectors")
    mean = sums / count
    _, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))
    axes = vectors[:, ::-1][:, :_REDUCED_DIMENSIONS]
    # The sign of an axis is arbitrary: the largest entry is positive.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return mean.astype(np.float32), np.ascontiguousarray(axes * signs, np.float32)


def fit_topics(reduced: Rows, mean: Rows, axes: Rows, count: int, seed: int) -> TopicModel:
    """Fit topics and subtopics to the reduced vectors of the landmarks.

    Args:
        reduced: unit rows, shape (landmarks, reduced dimensions).
        mean: of `reduction`.
        axes: of `reduction`.
        count: number of topics; there are twice as many landmarks, or more.
        seed: another seed may give other topics.
    """
    embedding = spectral_embedding(reduced, min(2 * count, len(reduced) - 1))
    clusters = k_means(embedding.coordinates, count, seed)
    topic_centres, subtopic_centres, parents = [], [], []
    for topic in range(count):
        rows = reduced[clusters.labels == topic]
        topic_centres.append(_centre(rows, reduced.shape[1]))
        parts = _subtopic_count(len(rows), len(reduced), count)
        centres = k_means(rows, parts, seed, restarts=_SUBTOPIC_RESTARTS).centres
        subtopic_centres.append(unit_rows(centres))
        parents += [topic] * parts
    reduced_centres = np.stack(topic_centres)
    distances = 1 - np.einsum("nd,nd->n", reduced, reduced_centres[clusters.labels])
    return TopicModel(
        mean,
        axes,
        embedding,
        clusters.centres,
        reduced_centres,
        np.concatenate(subtopic_centres),
        np.array(parents, np.int32),
        float(np.percentile(distances, OTHER_PERCENTILE)),
    )


def assign(model: TopicModel, reduced: Rows) -> Assignment:
    """Assign rows of reduced vectors to topics and subtopics, with the cosine distance."""
    topics = nearest(model.embedding.place(reduced), model.centres)[0]
    cosines = reduced @ model.subtopic_centres.T
    cosines[model.parents[None, :] != topics[:, None]] = -np.inf
    distances = 1 - np.einsum("nd,nd->n", reduced, model.reduced_centres[topics])
    return Assignment(topics, cosines.argmax(axis=1).astype(np.int32), distances)


def _blocks(count: int) -> Iterator[npt.NDArray[np.int64]]:
    for start in range(0, count, _BLOCK_ROWS):
        yield np.arange(start, min(start + _BLOCK_ROWS, count))


def _subtopic_count(size: int, total: int, topics: int) -> int:
    wanted = round(SUBTOPICS_PER_TOPIC * topics * size / total)
    return max(1, min(wanted, size // _SUBTOPIC_PROMPTS_MIN))


def _centre(rows: Rows, dimensions: int) -> Rows:
    mean = rows.mean(axis=0) if len(rows) else np.zeros(dimensions, np.float32)
    centre: Rows = unit_rows(mean[None].astype(np.float32))[0]
    return centre
