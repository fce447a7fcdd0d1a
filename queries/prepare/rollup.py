"""Aggregate values of messages to values of conversations."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_Bools = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Rollup:
    """Aggregates over runs of values: the messages of each conversation in a batch."""

    def __init__(self, lengths: pa.Array) -> None:
        """Compute where each run starts.

        Args:
            lengths: messages of each conversation, in order; a null counts as none.
        """
        counts = lengths.fill_null(0).to_numpy().astype(np.int64)
        self.starts: _Ints = np.cumsum(counts) - counts
        self._filled: _Bools = counts > 0
        self._rows = len(counts)

    def sum(self, values: npt.NDArray[Any]) -> _Ints:
        """The sum of each run; 0 for an empty one."""
        return self._reduce(np.add, values.astype(np.int64), 0)

    def any(self, values: _Bools) -> _Bools:
        """Whether any value of each run is true; false for an empty one."""
        return self._reduce(np.logical_or, values, False)

    def largest(self, values: _Floats) -> _Floats:
        """The largest value of each run, ignoring NaN; NaN if there is none."""
        return self._reduce(np.fmax, values, np.nan)

    def smallest(self, values: _Floats) -> _Floats:
        """The smallest value of each run, ignoring NaN; NaN if there is none."""
        return self._reduce(np.fmin, values, np.nan)

    def _reduce(
        self, ufunc: np.ufunc, values: npt.NDArray[Any], empty: float | bool
    ) -> npt.NDArray[Any]:
        reduced = np.full(self._rows, empty, dtype=values.dtype)
        # reduceat cannot express empty runs. Without them every run still ends correctly, because
        # the next filled run starts there.
        if len(values):
            reduced[self._filled] = ufunc.reduceat(values, self.starts[self._filled])
        return reduced
