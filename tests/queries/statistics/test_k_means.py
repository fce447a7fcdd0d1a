"""K-means and the spectral embedding on clusters that can be seen."""

import numpy as np
import pytest

from queries.statistics.k_means import k_means, nearest
from queries.statistics.spectral_embedding import spectral_embedding
from queries.statistics.unit_rows import unit_rows


@pytest.fixture(scope="module")
def blobs():
    random = np.random.default_rng(3)
    centres = np.eye(5, 8, dtype=np.float32) * 3
    rows = [c + random.normal(0, 0.3, (40, 8)).astype(np.float32) for c in centres]
    return unit_rows(np.concatenate(rows)), np.repeat(np.arange(5), 40)


def is_same_partition(labels, expected):
    pairs = set(zip(labels.tolist(), expected.tolist(), strict=True))
    return len(pairs) == len(set(labels.tolist())) == len(set(expected.tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_clusters_that_are_apart_are_found(blobs, seed):
    rows, expected = blobs
    clusters = k_means(rows, 5, seed)
    assert is_same_partition(clusters.labels, expected)
    squares = ((rows - clusters.centres[clusters.labels]) ** 2).sum()
    assert clusters.inertia == pytest.approx(squares, rel=1e-3)


def test_the_nearest_centre_is_that_of_all_distances(blobs):
    rows, _ = blobs
    centres = rows[::17]
    labels, distances = nearest(rows, centres)
    squares = ((rows[:, None] - centres[None]) ** 2).sum(axis=2)
    assert np.array_equal(labels, squares.argmin(axis=1))
    assert np.allclose(distances, squares.min(axis=1), atol=1e-5)


def test_equal_rows_can_be_divided():
    clusters = k_means(np.ones((6, 3), np.float32), 3, 1)
    assert clusters.inertia == pytest.approx(0, abs=1e-5)
    assert clusters.labels.max() <= 2


@pytest.mark.parametrize("count", [200, 900])
def test_neighbours_have_like_coordinates(blobs, count):
    """Once by all eigenvectors, once by the leading ones alone."""
    rows, expected = blobs
    rows, expected = np.tile(rows, (5, 1))[:count], np.tile(expected, 5)[:count]
    random = np.random.default_rng(1)
    rows = unit_rows(rows + random.normal(0, 0.01, rows.shape).astype(np.float32))
    embedding = spectral_embedding(rows, 5)
    clusters = k_means(embedding.coordinates, 5, 1)
    assert is_same_partition(clusters.labels, expected)
    placed = nearest(embedding.place(rows[:50] * 1.0), clusters.centres)[0]
    assert np.array_equal(placed, clusters.labels[:50])
