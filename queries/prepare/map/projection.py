"""Places of vectors on a map: landmarks by their neighbours, the others among their landmarks."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from queries.prepare.topics.clusters import ReadVectors, TopicModel, reduction
from queries.runtime.progress import Advance
from queries.schema import MAP_MAX
from queries.statistics.k_means import Rows
from queries.statistics.nearest_rows import nearest_other_rows, nearest_rows
from queries.statistics.neighbour_embedding import Points, embed_neighbours

MAP_LANDMARKS_MAX = 20_000
"""Prompts whose places are fitted: a sample by the seed, if there are more."""

METHOD = "t-SNE of landmarks, the others between their nearest ones"

_NEIGHBOURS = 15
_LANDMARKS_OF_EACH = 5
_REACH = 4
"""Landmarks farther from the first one than so many times their usual distance do not count."""

_MARGIN = MAP_MAX // 50
_BLOCK_ROWS = 2_048
_GOLDEN_ANGLE = np.pi * (3 - 5**0.5)
_SEED_APART = 24
"""Distance of the first point that is laid round another, in coordinates."""

Coordinates = npt.NDArray[np.uint16]
"""Places on a map, shape (points, 2)."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The rows that are fitted.

    Attributes:
        numbers: which rows they are, ascending.
        mean: of all vectors.
        axes: the principal axes of all vectors.
        rows: their reduced vectors, unit rows.
    """

    numbers: npt.NDArray[np.int64]
    mean: Rows
    axes: Rows
    rows: Rows


def choose_landmarks(read: ReadVectors, total: int, seed: int) -> Landmarks:
    """The landmarks of some vectors.

    Args:
        read: reads the vectors.
        total: how many there are.
        seed: of the sample.
    """
    mean, axes = reduction(read, total)
    numbers = np.arange(total)
    if total > MAP_LANDMARKS_MAX:
        drawn = np.random.default_rng(seed).choice(total, MAP_LANDMARKS_MAX, replace=False)
        numbers = np.sort(drawn)
    return Landmarks(numbers, mean, axes, TopicModel.reduce(read(numbers), mean, axes))


def fit_landmarks(landmarks: Landmarks, seed: int, advance: Advance) -> Points:
    """The places of the landmarks, in no unit.

    Args:
        landmarks: at least two of them.
        seed: another seed gives another map.
        advance: is told the steps done.
    """
    rows = landmarks.rows
    neighbours, _ = nearest_other_rows(rows, min(_NEIGHBOURS, len(rows) - 1))
    start = np.zeros((len(rows), 2))
    start[:, : min(2, rows.shape[1])] = rows[:, :2]
    start += np.random.default_rng(seed).normal(0, 1e-3, start.shape)
    return embed_neighbours(neighbours, start, advance)


def place_others(
    read: ReadVectors, total: int, landmarks: Landmarks, places: Points, advance: Advance
) -> Points:
    """The places of all rows: landmarks where they are, the others between their nearest ones.

    Args:
        read: reads the vectors.
        total: how many there are.
        landmarks: those that were fitted.
        places: of the landmarks.
        advance: is told how many rows were placed.
    """
    points = np.empty((total, 2))
    points[landmarks.numbers] = places
    others = np.setdiff1d(np.arange(total), landmarks.numbers, assume_unique=True)
    count = min(_LANDMARKS_OF_EACH, len(places))
    reach = _REACH * _median_distance(places)
    for start in range(0, len(others), _BLOCK_ROWS):
        numbers = others[start : start + _BLOCK_ROWS]
        rows = TopicModel.reduce(read(numbers), landmarks.mean, landmarks.axes)
        nearest, cosines = nearest_rows(rows, landmarks.rows, count)
        points[numbers] = _between(places[nearest], cosines, reach)
        advance(len(numbers))
    return points


def _median_distance(places: Points) -> float:
    """The median distance of a place from the nearest other one."""
    from scipy.spatial import cKDTree

    distances, _ = cKDTree(places).query(places, 2)
    return float(np.median(distances[:, 1]))


def _between(places: Points, cosines: Rows, reach: float) -> Points:
    """The mean of the places of landmarks, weighted by how near they are by their vectors.

    Of those that are far from the first on the map, none counts: between two groups lies neither.
    """
    apart = np.maximum(1 - cosines.astype(np.float64), 1e-6)
    is_near = np.linalg.norm(places - places[:, :1], axis=2) <= reach
    weights = (apart[:, :1] / apart) ** 2 * is_near
    weights /= weights.sum(axis=1, keepdims=True)
    placed: Points = (places * weights[:, :, None]).sum(axis=1)
    return placed


def on_map(points: Points) -> Coordinates:
    """Places as whole numbers of 16 bits, with a margin that a region can go around."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    scaled = (points - (low + high) / 2) / span * (MAP_MAX - 2 * _MARGIN) + MAP_MAX / 2
    coordinates: Coordinates = _told_apart(np.rint(scaled)).astype(np.uint16)
    return coordinates


def _told_apart(places: Points) -> Points:
    """The places, with those that are the same laid round the first of them like sunflower seeds.

    Prompts of one meaning can end up in one place, where nobody could tell or point at them.
    """
    _, which = np.unique(places, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    sorted_places = which.ravel()[order]
    rank = np.empty(len(places))
    rank[order] = np.arange(len(places)) - np.searchsorted(sorted_places, sorted_places)
    angle = rank * _GOLDEN_ANGLE
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.sqrt(rank)[:, None]
    laid: Points = np.clip(np.rint(places + _SEED_APART * around), 1, MAP_MAX - 1)
    return laid


def projection_hash(groups: npt.NDArray[np.int64], coordinates: Coordinates) -> str:
    """A name for a map: eight digits that any other place of a prompt changes."""
    content = groups.astype("<i8").tobytes() + coordinates.astype("<u2").tobytes()
    return sha256(content).hexdigest()[:8]
