"""Two-dimensional coordinates that keep neighbours: t-SNE, its repulsion summed on a grid.

Sources: van der Maaten and Hinton (2008), JMLR 9:2579; Linderman et al. (2019), Nature Methods
16:243, for the grid; Kobak and Berens (2019), Nature Communications 10:5416, for the start from
principal components, the rate of learning, and neighbours of equal weight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.statistics.k_means import Rows
from queries.statistics.nearest_rows import RowNumbers

Points = npt.NDArray[np.float64]
"""Coordinates, shape (points, 2)."""

EARLY_STEPS, LATE_STEPS = 200, 400
_EXAGGERATION = 12.0
_NODES = 3
_INTERVALS_MIN, _INTERVALS_MAX = 50, 120
_STRETCH = 1.05
"""Spans of the grid are powers of it, so that a kernel serves many steps."""


def embed_neighbours(
    neighbours: RowNumbers, start: Points, advance: Callable[[int], None] = lambda _: None
) -> Points:
    """Coordinates of points from their nearest neighbours.

    Args:
        neighbours: numbers of the nearest other points of each, shape (points, neighbours).
        start: where the points start; only the shape of it matters, not its size.
        advance: is told the steps done, `EARLY_STEPS` + `LATE_STEPS` in all.
    """
    pull = _Attraction.of(neighbours)
    points = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    velocity, gains = np.zeros_like(points), np.ones_like(points)
    for step in range(EARLY_STEPS + LATE_STEPS):
        is_early = step < EARLY_STEPS
        exaggeration = _EXAGGERATION if is_early else 1.0
        gradient = 4 * (exaggeration * pull.at(points) - _repulsion(points))
        turns = (gradient > 0) == (velocity > 0)
        gains = np.maximum(np.where(turns, gains * 0.8, gains + 0.2), 0.01)
        rate = len(points) / exaggeration
        velocity = (0.5 if is_early else 0.8) * velocity - rate * gains * gradient
        points = points + velocity
        points -= points.mean(axis=0)
        advance(1)
    return points


@dataclass(frozen=True, slots=True)
class _Attraction:
    """The sides of the graph of neighbours, both ways.

    Attributes:
        begins, ends: the points that each side joins.
        weights: of the sides; their sum is 1.
    """

    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    weights: Points

    @classmethod
    def of(cls, neighbours: RowNumbers) -> "_Attraction":
        from scipy import sparse

        total, count = neighbours.shape
        starts = np.arange(0, total * count + 1, count)
        weights = np.full(total * count, 1 / (2 * total * count))
        graph = sparse.csr_matrix((weights, neighbours.ravel(), starts), shape=(total, total))
        both = (graph + graph.T).tocoo()
        order = np.lexsort((both.col, both.row))
        return cls(
            both.row[order].astype(np.int64), both.col[order].astype(np.int64), both.data[order]
        )

    def at(self, points: Points) -> Points:
        forces = np.empty_like(points)
        x = points[self.begins, 0] - points[self.ends, 0]
        y = points[self.begins, 1] - points[self.ends, 1]
        force = self.weights / (1 + x * x + y * y)
        for axis, apart in enumerate((x, y)):
            forces[:, axis] = np.bincount(self.begins, force * apart, len(points))
        return forces


def _repulsion(points: Points) -> Points:
    """The force by which all others push each point, from sums at the nodes of a grid."""
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    span = max(float(np.ptp(points, axis=0).max()), 1e-6)
    span = _STRETCH ** float(np.ceil(np.log(span * 1.001) / np.log(_STRETCH)))
    intervals = int(np.clip(np.ceil(span), _INTERVALS_MIN, _INTERVALS_MAX))
    side = intervals * _NODES
    nodes, weights = _weights((points - middle + span / 2) * (intervals / span), intervals)
    charges = (weights, weights * points[:, :1], weights * points[:, 1:])
    grids = [
        np.bincount(nodes.ravel(), c.ravel(), side * side).astype(np.float32).reshape(side, side)
        for c in charges
    ]
    planes = _convolved(grids, span / side)
    sums = [np.einsum("ij,ij->i", plane.ravel()[nodes], weights) for plane in planes]
    total = float(sums[0].sum()) - len(points)
    pushed = points * sums[1][:, None] - np.stack(sums[2:], axis=1)
    force: Points = pushed / max(total, 1e-12)
    return force


def _weights(scaled: Points, intervals: int) -> tuple[npt.NDArray[np.int64], Points]:
    """The nodes around each point and the weight of each, both of shape (points, nodes²).

    Args:
        scaled: points in a square, in units of an interval.
        intervals: in a row of the square, each with nodes at 1/6, 3/6 and 5/6 of it.
    """
    cells = np.clip(scaled.astype(np.int64), 0, intervals - 1)
    t = (scaled - cells) * _NODES - 0.5
    lagrange = np.stack([(t - 1) * (t - 2) / 2, t * (2 - t), t * (t - 1) / 2], axis=2)
    weights = (lagrange[:, 0, :, None] * lagrange[:, 1, None, :]).reshape(len(scaled), -1)
    numbers = cells[:, :, None] * _NODES + np.arange(_NODES)
    nodes = numbers[:, 0, :, None] * (intervals * _NODES) + numbers[:, 1, None, :]
    return nodes.reshape(len(scaled), -1), weights


def _convolved(grids: list[Rows], spacing: float) -> list[Rows]:
    """The sums at all nodes: of 1/(1+d²), of its square, and of that times both coordinates."""
    from scipy import fft

    side = len(grids[0])
    first, second = _kernels(side, spacing)
    shape = (_padded(side),) * 2
    spectra = [fft.rfft2(grid, shape) for grid in grids]
    products = [spectra[0] * first, *(spectrum * second for spectrum in spectra)]
    return [fft.irfft2(product, shape)[:side, :side] for product in products]


@lru_cache(2)
def _kernels(side: int, spacing: float) -> tuple[Any, Any]:
    """The spectra of 1/(1+d²) and of its square."""
    from scipy import fft

    size = _padded(side)
    steps = np.minimum(np.arange(size), size - np.arange(size)) * spacing
    kernel = 1 / (1 + steps[:, None] ** 2 + steps[None, :] ** 2)
    return fft.rfft2(kernel.astype(np.float32)), fft.rfft2((kernel**2).astype(np.float32))


def _padded(side: int) -> int:
    from scipy import fft

    return int(fft.next_fast_len(2 * side - 1, real=True))
