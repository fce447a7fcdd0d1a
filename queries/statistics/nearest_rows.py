"""The nearest of some unit rows, by the cosine."""

import numpy as np
import numpy.typing as npt

from queries.statistics.k_means import Rows

RowNumbers = npt.NDArray[np.int32]
_BLOCK_CELLS = 2**24


def nearest_rows(rows: Rows, others: Rows, count: int) -> tuple[RowNumbers, Rows]:
    """The numbers of the nearest other rows, and their cosines; each of shape (rows, count).

    The nearest comes first; of rows as near as each other, the one with the smaller number.

    Args:
        rows: unit rows.
        others: unit rows, at least `count` of them.
        count: how many to find for each row.
    """
    numbers = np.empty((len(rows), count), np.int32)
    cosines = np.empty((len(rows), count), np.float32)
    step = max(1, _BLOCK_CELLS // len(others))
    for start in range(0, len(rows), step):
        block = rows[start : start + step] @ others.T
        here = slice(start, start + len(block))
        numbers[here], cosines[here] = _largest(block, count)
    return numbers, cosines


def nearest_other_rows(rows: Rows, count: int) -> tuple[RowNumbers, Rows]:
    """The nearest rows of each row but itself, as `nearest_rows` gives them."""
    numbers = np.empty((len(rows), count), np.int32)
    cosines = np.empty((len(rows), count), np.float32)
    step = max(1, _BLOCK_CELLS // len(rows))
    for start in range(0, len(rows), step):
        block = rows[start : start + step] @ rows.T
        own = np.arange(len(block))
        block[own, start + own] = -2
        here = slice(start, start + len(block))
        numbers[here], cosines[here] = _largest(block, count)
    return numbers, cosines


def _largest(cosines: Rows, count: int) -> tuple[RowNumbers, Rows]:
    part = cosines.shape[1] - count
    if part:
        columns = np.argpartition(cosines, part, axis=1)[:, part:]
    else:
        columns = np.broadcast_to(np.arange(count), cosines.shape)
    columns = np.sort(columns, axis=1)
    values = np.take_along_axis(cosines, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return (
        np.take_along_axis(columns, order, axis=1).astype(np.int32),
        np.take_along_axis(values, order, axis=1),
    )
