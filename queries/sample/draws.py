"""Random numbers that depend on nothing but a seed, a purpose and counters.

Every row draws its own numbers, so that batches, threads and shards never change what a row is.
Integer mixing, and floats made by one multiplication, are the same on every machine; NumPy's
vectorised logarithms and exponentials are not, and are not used.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Counters = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_UNIT = 2.0**-53


class Draws:
    """Random numbers of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, purpose: str, *counters: npt.NDArray[np.integer]) -> Counters:
        """64 random bits for each combination of counters, different for each purpose."""
        digest = hashlib.blake2b(f"{self._seed}:{purpose}".encode(), digest_size=8).digest()
        state = np.uint64(int.from_bytes(digest, "big"))
        mixed: Counters = np.zeros(1, dtype=np.uint64) + state
        for counter in counters:
            mixed = _splitmix(mixed ^ _splitmix(counter.astype(np.uint64)))
        return mixed

    def unit(self, purpose: str, *counters: npt.NDArray[np.integer]) -> Floats:
        """Numbers from 0 up to, not including, 1."""
        return (self.bits(purpose, *counters) >> np.uint64(11)).astype(np.float64) * _UNIT

    def below(
        self, bound: npt.NDArray[np.integer] | int, purpose: str, *counters: npt.NDArray[np.integer]
    ) -> Ints:
        """Whole numbers from 0 up to, not including, the bound; 0 where the bound is 0."""
        bounds = np.maximum(np.asarray(bound, dtype=np.uint64), np.uint64(1))
        return (self.bits(purpose, *counters) % bounds).astype(np.int64)

    def pick(
        self, weights: npt.ArrayLike, purpose: str, *counters: npt.NDArray[np.integer]
    ) -> Ints:
        """Positions in a list of weights, each drawn as often as its weight says."""
        return position(weights, self.unit(purpose, *counters))


def position(weights: npt.ArrayLike, unit: Floats) -> Ints:
    """Where numbers from 0 to 1 fall when a list of weights is laid end to end."""
    ends = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Ints = np.searchsorted(ends, unit * ends[-1], side="right")
    return found.clip(0, len(ends) - 1)


def _splitmix(values: Counters) -> Counters:
    """One step of SplitMix64 (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        mixed = values + _STEP
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MULTIPLIERS[0]
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MULTIPLIERS[1]
    return mixed ^ (mixed >> np.uint64(31))
