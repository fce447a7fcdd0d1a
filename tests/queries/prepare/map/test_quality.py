"""Measures of a map against those of scikit-learn."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances

from queries.prepare.map import quality
from queries.prepare.map.quality import map_quality
from queries.statistics.unit_rows import unit_rows


def points(count):
    random = np.random.default_rng(3)
    rows = unit_rows(random.normal(size=(count, 6)).astype(np.float32))
    places = (rows[:, :2] * 20_000 + 30_000 + random.normal(0, 500, (count, 2))).astype(np.uint16)
    return rows, places


def overlap(rows, places, count):
    near = [
        np.argsort(pairwise_distances(values), axis=1)[:, 1 : count + 1]
        for values in (rows, places.astype(float))
    ]
    return np.mean([len(set(a) & set(b)) / count for a, b in zip(*near, strict=True)])


@pytest.mark.parametrize(("total", "count"), [(300, 10), (12, 5)])
def test_both_measures_are_those_of_scikit_learn(total, count):
    rows, places = points(total)
    measured = map_quality(lambda numbers: rows[numbers], places, 1)
    assert measured.neighbours == count
    expected = trustworthiness(rows, places.astype(float), n_neighbors=count)
    assert measured.trustworthiness == pytest.approx(expected, abs=1e-4)
    assert measured.neighbour_overlap == pytest.approx(overlap(rows, places, count), abs=1e-3)


def test_a_sample_is_near_the_whole(monkeypatch):
    rows, places = points(2_000)
    whole = trustworthiness(rows, places.astype(float), n_neighbors=10)
    monkeypatch.setattr(quality, "SAMPLE_POINTS", 500)
    sampled = map_quality(lambda numbers: rows[numbers], places, 1)
    assert sampled.trustworthiness == pytest.approx(whole, abs=0.01)


def test_points_at_one_place_are_neighbours_of_each_other_and_not_of_themselves():
    rows = np.repeat(np.eye(3, dtype=np.float32), 8, axis=0)
    places = np.repeat(np.array([[0, 0], [9, 0], [0, 9]], np.uint16), 8, axis=0)
    measured = map_quality(lambda numbers: rows[numbers], places, 1)
    assert measured.neighbours == 10
    assert measured.trustworthiness == 1
