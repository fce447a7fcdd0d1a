"""From one value a message to one value a conversation."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rollup:
    """Aggregates over consecutive runs of values: the messages of each conversation in a batch."""

    def __init__(self, lengths: pa.Array) -> None:
        """Prepare the runs.

        Args:
            lengths: messages of each conversation, in order; a null counts as none.
        """
        counts = lengths.fill_null(0).to_numpy().astype(np.int64)
        self.starts: Ints = np.cumsum(counts) - counts
        self._filled: Bools = counts > 0
        self._rows = len(counts)

    def sum(self, values: npt.NDArray[Any]) -> Ints:
        """Sum of each run; 0 for an empty one."""
        return self._reduce(np.add, values.astype(np.int64), 0)

    def any(self, values: Bools) -> Bools:
        """Whether any value of each run is true; false for an empty one."""
        return self._reduce(np.logical_or, values, False)

    def largest(self, values: Floats) -> Floats:
        """Largest value of each run; NaN values are passed over, NaN where nothing is left."""
        return self._reduce(np.fmax, values, np.nan)

    def smallest(self, values: Floats) -> Floats:
        """Smallest value of each run; NaN values are passed over, NaN where nothing is left."""
        return self._reduce(np.fmin, values, np.nan)

    def _reduce(
        self, ufunc: np.ufunc, values: npt.NDArray[Any], empty: float | bool
    ) -> npt.NDArray[Any]:
        reduced = np.full(self._rows, empty, dtype=values.dtype)
        # Empty runs have no place in reduceat: leaving them out keeps every run's end right,
        # because the next filled run begins where this one ends.
        if len(values):
            reduced[self._filled] = ufunc.reduceat(values, self.starts[self._filled])
        return reduced
