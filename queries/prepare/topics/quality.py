"""How good topics are: separation, and how alike those of several seeds are."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from queries.statistics.k_means import Labels, Rows, k_means

SEEDS = 5
"""Fits that are compared with each other."""

_SAMPLE_ROWS = 3_000


def silhouette(rows: Rows, labels: Labels, seed: int) -> float | None:
    """The mean silhouette of a sample of unit rows by cosine distance, -1 to 1.

    None with fewer than two clusters.

    Source: Rousseeuw (1987), J. Comput. Appl. Math. 20:53.
    """
    if len(rows) > _SAMPLE_ROWS:
        drawn = np.random.default_rng(seed).choice(len(rows), _SAMPLE_ROWS, replace=False)
        rows, labels = rows[drawn], labels[drawn]
    names, members = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return None
    sizes = np.bincount(members)
    sums = (1 - rows @ rows.T) @ np.eye(len(names), dtype=np.float32)[members]
    own_rows = np.arange(len(rows))
    own = sums[own_rows, members] / np.maximum(sizes[members] - 1, 1)
    others = sums / sizes
    others[own_rows, members] = np.inf
    best = others.min(axis=1)
    values = (best - own) / np.maximum(np.maximum(best, own), 1e-9)
    values[sizes[members] == 1] = 0
    return float(values.mean())


def adjusted_rand(first: Labels, second: Labels) -> float:
    """The adjusted Rand index of two partitions: 1 for equal ones, about 0 for unrelated ones.

    Source: Hubert and Arabie (1985), Journal of Classification 2:193.
    """
    table = _cross_table(first, second)
    pairs = _pairs(table).sum()
    rows, columns = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = rows * columns / max(_pairs(np.array([len(first)])).sum(), 1)
    largest = (rows + columns) / 2
    return float((pairs - expected) / (largest - expected)) if largest > expected else 1.0


def stability(coordinates: Rows, count: int, seed: int) -> tuple[float, float]:
    """How alike the topics of `SEEDS` seeds are.

    Returns:
        The mean adjusted Rand index of two seeds, and the mean share of rows that change topic
        between two seeds when each topic is matched with its likest one.
    """
    fits = [k_means(coordinates, count, seed + n).labels for n in range(SEEDS)]
    pairs = list(combinations(fits, 2))
    indices = [adjusted_rand(a, b) for a, b in pairs]
    return float(np.mean(indices)), float(np.mean(_changed_shares(pairs)))


def _changed_shares(pairs: Sequence[tuple[Labels, Labels]]) -> list[float]:
    from scipy.optimize import linear_sum_assignment

    shares = []
    for first, second in pairs:
        table = _cross_table(first, second)
        matched = table[linear_sum_assignment(table, maximize=True)].sum()
        shares.append(1 - float(matched) / len(first))
    return shares


def _cross_table(first: Labels, second: Labels) -> npt.NDArray[np.int64]:
    columns = int(second.max()) + 1
    cells = first.astype(np.int64) * columns + second
    return np.bincount(cells, minlength=(int(first.max()) + 1) * columns).reshape(-1, columns)


def _pairs(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return counts * (counts - 1.0) / 2
