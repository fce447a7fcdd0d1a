"""Vectors of length 1, and whether vectors differ."""

from typing import Any

import numpy as np
import numpy.typing as npt


def unit_rows(rows: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """The rows, each divided by its length; a row of zeros stays so."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: npt.NDArray[np.float32] = (rows / np.where(lengths > 0, lengths, 1)).astype(
        np.float32, copy=False
    )
    return units


def are_alike(rows: npt.NDArray[np.floating[Any]]) -> bool:
    """Whether no coordinate differs by a thousandth or more, so that nothing tells rows apart."""
    return bool(np.ptp(rows, axis=0).max() < 1e-3)
