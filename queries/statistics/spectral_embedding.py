"""Spectral embedding: rows that are close in a graph of neighbours get close coordinates."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.statistics.k_means import Rows
from queries.statistics.unit_rows import unit_rows

NEIGHBOURS = 15
"""Edges from each row to its nearest other rows."""

_STEPS = 2
"""Coordinates are weighted as after this many steps of a random walk."""

_DENSE_MAX = 400
_BLOCK_ROWS = 2_048


@dataclass(frozen=True, slots=True)
class SpectralEmbedding:
    """The coordinates of some rows, the landmarks, and how to place further rows among them.

    Attributes:
        landmarks: unit rows, shape (landmarks, dimensions).
        coordinates: unit rows, shape (landmarks, coordinates).
    """

    landmarks: Rows
    coordinates: Rows

    def place(self, rows: Rows) -> Rows:
        """Coordinates of further unit rows: the weighted mean of those of their neighbours."""
        count = min(NEIGHBOURS, len(self.landmarks))
        placed = np.empty((len(rows), self.coordinates.shape[1]), np.float32)
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = rows[start : start + _BLOCK_ROWS]
            numbers, weights = _nearest(block @ self.landmarks.T, count)
            placed[start : start + len(block)] = np.einsum(
                "nk,nkd->nd", weights, self.coordinates[numbers]
            )
        return unit_rows(placed)


def spectral_embedding(landmarks: Rows, dimensions: int) -> SpectralEmbedding:
    """Embed landmarks by the leading eigenvectors of their graph of neighbours.

    An edge weighs the squared cosine of its ends. The coordinates are those of a diffusion map.

    Args:
        landmarks: unit rows, shape (landmarks, dimensions).
        dimensions: number of coordinates, less than that of landmarks.

    Source: Coifman and Lafon (2006), "Diffusion maps".
    """
    from scipy import sparse

    graph = _neighbour_graph(landmarks)
    degrees = np.asarray(graph.sum(axis=1), np.float64).ravel()
    scale = sparse.diags(1 / np.sqrt(degrees))
    values, vectors = _leading_eigenvectors(scale @ graph @ scale, dimensions)
    walked = vectors * np.maximum(values, 0) ** _STEPS / np.sqrt(degrees)[:, None]
    return SpectralEmbedding(landmarks, unit_rows(walked.astype(np.float32)))


def _neighbour_graph(landmarks: Rows) -> Any:  # noqa: ANN401
    """The symmetric sparse matrix of weights."""
    from scipy import sparse

    total = len(landmarks)
    count = min(NEIGHBOURS, total - 1)
    columns = np.empty((total, count), np.int64)
    weights = np.empty((total, count), np.float32)
    for start in range(0, total, _BLOCK_ROWS):
        cosines = landmarks[start : start + _BLOCK_ROWS] @ landmarks.T
        own = np.arange(len(cosines))
        cosines[own, start + own] = -2
        columns[start + own], weights[start + own] = _nearest(cosines, count)
    ends = np.arange(0, total * count + 1, count)
    graph = sparse.csr_matrix((weights.ravel(), columns.ravel(), ends), shape=(total, total))
    return graph + graph.T


def _nearest(cosines: Rows, count: int) -> tuple[npt.NDArray[np.int64], Rows]:
    """The columns of the largest cosines of each row, and their squares, at least a little."""
    part = cosines.shape[1] - count
    numbers = np.argpartition(cosines, part, axis=1)[:, part:] if part else None
    if numbers is None:
        numbers = np.broadcast_to(np.arange(count), cosines.shape).copy()
    largest = np.take_along_axis(cosines, numbers, axis=1)
    return numbers, np.maximum(largest, 1e-3) ** 2


def _leading_eigenvectors(
    matrix: Any,  # noqa: ANN401
    count: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The largest eigenvalues of a symmetric matrix, and their eigenvectors as columns."""
    from scipy.sparse.linalg import eigsh

    if matrix.shape[0] <= max(_DENSE_MAX, 2 * count):
        values, vectors = np.linalg.eigh(matrix.toarray().astype(np.float64))
        return values[-count:], vectors[:, -count:]
    start = np.ones(matrix.shape[0])  # ARPACK draws a random one otherwise.
    values, vectors = eigsh(matrix.astype(np.float64), k=count, v0=start)
    return values, vectors
