"""Counter-based random numbers: they depend only on a seed, a purpose and counters.

Each row draws its own numbers, so batches, threads and shards never change a row. Integer mixing
and a single float multiplication give the same result on every machine. NumPy's vectorised
logarithms and exponentials do not, so they are not used.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Counters = npt.NDArray[np.uint64]
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_UNIT = 2.0**-53


class Draws:
    """Random numbers of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, purpose: str, *counters: npt.NDArray[np.integer]) -> Counters:
        """64 random bits for each combination of counters; they differ by purpose."""
        digest = hashlib.blake2b(f"{self._seed}:{purpose}".encode(), digest_size=8).digest()
        state = np.uint64(int.from_bytes(digest, "big"))
        mixed: Counters = np.zeros(1, dtype=np.uint64) + state
        for counter in counters:
            mixed = _splitmix(mixed ^ _splitmix(counter.astype(np.uint64)))
        return mixed

    def unit(self, purpose: str, *counters: npt.NDArray[np.integer]) -> _Floats:
        """Numbers from 0 (included) to 1 (excluded)."""
        return (self.bits(purpose, *counters) >> np.uint64(11)).astype(np.float64) * _UNIT

    def below(
        self, bound: npt.NDArray[np.integer] | int, purpose: str, *counters: npt.NDArray[np.integer]
    ) -> _Ints:
        """Integers from 0 (included) to the bound (excluded); 0 where the bound is 0."""
        bounds = np.maximum(np.asarray(bound, dtype=np.uint64), np.uint64(1))
        return (self.bits(purpose, *counters) % bounds).astype(np.int64)

    def pick(
        self, weights: npt.ArrayLike, purpose: str, *counters: npt.NDArray[np.integer]
    ) -> _Ints:
        """Positions in a list of weights, drawn in proportion to the weights."""
        return weighted_index(weights, self.unit(purpose, *counters))


def weighted_index(weights: npt.ArrayLike, unit: _Floats) -> _Ints:
    """Map numbers from 0 to 1 to positions in a list of weights, in proportion to the weights."""
    ends = np.cumsum(np.asarray(weights, dtype=np.float64))
    indices: _Ints = np.searchsorted(ends, unit * ends[-1], side="right")
    return indices.clip(0, len(ends) - 1)


def _splitmix(values: Counters) -> Counters:
    """One step of SplitMix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        mixed = values + _STEP
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MULTIPLIERS[0]
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MULTIPLIERS[1]
    return mixed ^ (mixed >> np.uint64(31))
