"""How well a map keeps neighbours: trustworthiness, and the overlap of nearest neighbours."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.prepare.map.projection import Coordinates
from queries.prepare.topics.clusters import ReadVectors
from queries.statistics.unit_rows import unit_rows

NEIGHBOURS_MAX = 10
SAMPLE_POINTS = 1_000
_BLOCK_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class MapQuality:
    """How well a map keeps neighbours.

    Attributes:
        neighbours: how many nearest points on the map were looked at.
        trustworthiness: 1 if all of them are nearest by their vectors too; less, the farther down
            they come by their vectors.
        neighbour_overlap: the share of them that are nearest by their vectors too.
    """

    neighbours: int
    trustworthiness: float
    neighbour_overlap: float


def map_quality(read: ReadVectors, coordinates: Coordinates, seed: int) -> MapQuality:
    """Measure a map by a sample of its points, each compared with all others by the cosine.

    Args:
        read: reads the vectors.
        coordinates: of all points, at least four.
        seed: of the sample.

    Source: Venna and Kaski (2001), ICANN 2001, 485-491.
    """
    total = len(coordinates)
    count = min(NEIGHBOURS_MAX, (total - 1) // 2)
    sample = np.arange(total)
    if total > SAMPLE_POINTS:
        drawn = np.random.default_rng(seed).choice(total, SAMPLE_POINTS, replace=False)
        sample = np.sort(drawn)
    neighbours = _nearest_on_map(coordinates, sample, count)
    rows = unit_rows(read(sample))
    near = unit_rows(read(neighbours.ravel())).reshape(*neighbours.shape, -1)
    cosines = np.einsum("nd,nkd->nk", rows, near) + 1e-6  # What is as near as it is no nearer.
    nearer = np.zeros(neighbours.shape, np.int64)
    for start in range(0, total, _BLOCK_ROWS):
        numbers = np.arange(start, min(start + _BLOCK_ROWS, total))
        block = rows @ unit_rows(read(numbers)).T
        is_own = sample[:, None] == numbers[None, :]
        block[is_own] = -2
        for k in range(count):
            nearer[:, k] += (block > cosines[:, k : k + 1]).sum(axis=1)
    too_far = np.maximum(nearer + 1 - count, 0).sum()
    worst = len(sample) * count * (2 * total - 3 * count - 1) / 2
    return MapQuality(count, float(1 - too_far / worst), float((nearer < count).mean()))


def _nearest_on_map(
    coordinates: Coordinates, sample: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.int64]:
    """The nearest points of each point of the sample, without itself."""
    from scipy.spatial import cKDTree

    points = coordinates.astype(np.float64)
    _, nearest = cKDTree(points).query(points[sample], count + 1)
    is_other = nearest != sample[:, None]
    is_other[is_other.all(axis=1), -1] = False  # Others lie at the same place.
    others: npt.NDArray[np.int64] = nearest[is_other].reshape(len(sample), count)
    return others
