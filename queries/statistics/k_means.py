"""K-means: the same rows and seed give the same clusters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]

RESTARTS = 10
_ITERATIONS_MAX = 100
_BLOCK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Clusters:
    """The best of several runs of k-means.

    Attributes:
        centres: shape (clusters, dimensions).
        labels: the nearest centre of each row, shape (rows,).
        inertia: the sum of squared distances to them.
    """

    centres: Rows
    labels: Labels
    inertia: float


def k_means(rows: Rows, count: int, seed: int, *, restarts: int = RESTARTS) -> Clusters:
    """Divide rows into clusters by their squared distance.

    Each run starts with k-means++; of all runs the one with the smallest inertia is kept. A cluster
    that loses its rows gets the one that is farthest from its centre.

    Args:
        rows: shape (rows, dimensions), at least `count` of them.
        count: number of clusters.
        seed: another seed may give other clusters.
        restarts: number of runs.
    """
    random = np.random.default_rng(seed)
    runs = (_run(rows, _first_centres(rows, count, random)) for _ in range(restarts))
    return min(runs, key=lambda clusters: clusters.inertia)


def nearest(rows: Rows, centres: Rows) -> tuple[Labels, Rows]:
    """The nearest centre of each row, and the squared distance to it; each of shape (rows,)."""
    labels = np.empty(len(rows), np.int32)
    distances = np.empty(len(rows), np.float32)
    lengths = (centres**2).sum(axis=1)
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        partial = lengths - 2 * (block @ centres.T)
        chosen = partial.argmin(axis=1)
        labels[start : start + len(block)] = chosen
        squared = partial[np.arange(len(block)), chosen] + (block**2).sum(axis=1)
        distances[start : start + len(block)] = np.maximum(squared, 0)
    return labels, distances


def _run(rows: Rows, centres: Rows) -> Clusters:
    labels, distances = nearest(rows, centres)
    for _ in range(_ITERATIONS_MAX):
        centres = _means(rows, labels, distances, len(centres))
        before = labels
        labels, distances = nearest(rows, centres)
        if (labels == before).all():
            break
    return Clusters(centres, labels, float(distances.sum(dtype=np.float64)))


def _means(rows: Rows, labels: Labels, distances: Rows, count: int) -> Rows:
    sizes = np.bincount(labels, minlength=count)
    order = np.argsort(labels, kind="stable")
    starts = np.cumsum(sizes) - sizes
    occupied = sizes > 0
    means = np.zeros((count, rows.shape[1]), np.float32)
    sums = np.add.reduceat(rows[order], starts[occupied], axis=0)
    means[occupied] = sums / sizes[occupied, None]
    empty = np.flatnonzero(sizes == 0)
    if len(empty):
        means[empty] = rows[np.argsort(-distances, kind="stable")[: len(empty)]]
    return means


def _first_centres(rows: Rows, count: int, random: np.random.Generator) -> Rows:
    """Rows far from each other: greedy k-means++.

    A few candidates are drawn in proportion to the squared distance from the centres so far. The
    one that leaves the smallest distances is the next centre.
    """
    tries = 2 + int(np.log(count))
    chosen = [int(random.integers(len(rows)))]
    distances = nearest(rows, rows[chosen])[1]
    while len(chosen) < count:
        sums = np.cumsum(distances, dtype=np.float64)
        candidates = np.searchsorted(sums, random.random(tries) * sums[-1])
        candidates = np.minimum(candidates, len(rows) - 1)
        left = np.minimum(distances[:, None], _squared_distances(rows, rows[candidates]))
        best = int(left.sum(axis=0, dtype=np.float64).argmin())
        chosen.append(int(candidates[best]))
        distances = left[:, best]
    centres: Rows = rows[chosen].copy()
    return centres


def _squared_distances(rows: Rows, centres: Rows) -> Rows:
    squared = (rows**2).sum(axis=1)[:, None] - 2 * rows @ centres.T + (centres**2).sum(axis=1)
    distances: Rows = np.maximum(squared, 0)
    return distances
