"""Coordinates that keep neighbours: forces against the sums over all pairs, and what comes out."""

import numpy as np
import pytest

from queries.statistics import neighbour_embedding
from queries.statistics.nearest_rows import nearest_other_rows, nearest_rows
from queries.statistics.neighbour_embedding import embed_neighbours
from queries.statistics.unit_rows import unit_rows


@pytest.fixture(scope="module")
def groups():
    """Five groups of twenty unit rows, and the group of each."""
    random = np.random.default_rng(4)
    centres = np.eye(5, 8)
    labels = np.repeat(np.arange(5), 20)
    return unit_rows(centres[labels] + random.normal(0, 0.1, (100, 8))), labels


@pytest.mark.parametrize(("span", "error"), [(1e-4, 0.01), (3.0, 0.01), (40.0, 0.1), (120.0, 0.2)])
def test_the_repulsion_is_the_sum_over_all_pairs(span, error):
    points = np.random.default_rng(1).normal(0, span / 4, (200, 2))
    apart = points[:, None] - points[None]
    closeness = 1 / (1 + (apart**2).sum(axis=2))
    total = closeness.sum() - len(points)
    expected = (closeness[:, :, None] ** 2 * apart).sum(axis=1) / total
    actual = neighbour_embedding._repulsion(points)
    assert np.abs(actual - expected).max() < error * np.abs(expected).max()


def test_the_attraction_is_the_sum_over_neighbours():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    pull = neighbour_embedding._Attraction.of(np.array([[1], [0], [1]], np.int32))
    assert pull.weights.sum() == pytest.approx(1)
    # Sides: 0-1 twice as heavy as 1-2; they are 1 and the root of 5 long.
    by_first = 1 / 3 * np.array([-1, 0]) / 2
    by_last = 1 / 6 * np.array([1, -2]) / 6
    assert pull.at(points) == pytest.approx(np.array([by_first, -by_first + by_last, -by_last]))


def test_groups_stay_together_and_apart_from_others(groups):
    rows, labels = groups
    neighbours, _ = nearest_other_rows(rows, 10)
    steps = []
    points = embed_neighbours(neighbours, rows[:, :2].astype(float), steps.append)
    assert sum(steps) == neighbour_embedding.EARLY_STEPS + neighbour_embedding.LATE_STEPS
    assert np.isfinite(points).all()
    centres = np.stack([points[labels == label].mean(axis=0) for label in range(5)])
    apart = np.linalg.norm(points[:, None] - centres[None], axis=2)
    assert (apart.argmin(axis=1) == labels).all()


def test_the_same_input_gives_the_same_bytes(groups):
    rows, _ = groups
    neighbours, _ = nearest_other_rows(rows, 10)
    first, second = (embed_neighbours(neighbours, rows[:, :2].astype(float)) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_the_nearest_rows_come_first_and_none_is_its_own(groups, monkeypatch):
    rows, _ = groups
    cosines = rows @ rows.T
    numbers, values = nearest_rows(rows[:7], rows, 3)
    assert (numbers == np.argsort(-cosines[:7], axis=1, kind="stable")[:, :3]).all()
    assert values[:, 0] == pytest.approx(1)
    monkeypatch.setattr("queries.statistics.nearest_rows._BLOCK_CELLS", 1_000)
    np.fill_diagonal(cosines, -2)
    expected = np.argsort(-cosines, axis=1, kind="stable")
    assert (nearest_other_rows(rows, 5)[0] == expected[:, :5]).all()
    assert (nearest_other_rows(rows, 99)[0] == expected[:, :99]).all()


def test_of_rows_as_near_the_first_is_taken():
    same = np.eye(2, dtype=np.float32)[[0, 0, 0, 1]]
    assert nearest_rows(same[:1], same, 4)[0].tolist() == [[0, 1, 2, 3]]
