"""Lists of whole numbers as bytes: seven bits in each, the last byte of a number below 128."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
_Integers = npt.NDArray[np.int64]
Decoded = npt.NDArray[np.signedinteger[Any]]

_MORE = 128


def encode(values: npt.NDArray[np.integer]) -> tuple[Bytes, _Integers]:
    """The bytes of numbers that are not negative, and how many bytes each one takes."""
    rest = values.astype(np.int64, copy=False)
    if not len(rest) or rest.max() < _MORE:
        return rest.astype(np.uint8), np.ones(len(rest), np.int64)
    lengths = np.ones(len(rest), np.int64)
    high = rest >> 7
    while high.any():
        lengths += high > 0
        high >>= 7
    ends = np.cumsum(lengths)
    encoded = np.empty(int(ends[-1]), np.uint8)
    encoded[ends - 1] = rest & 127
    longer, place = np.flatnonzero(lengths > 1), 1
    while len(longer):
        encoded[ends[longer] - 1 - place] = (rest[longer] >> (7 * place) & 127) | _MORE
        place += 1
        longer = longer[lengths[longer] > place]
    return encoded, lengths


def decode(encoded: Bytes, dtype: type[Any] = np.int64) -> Decoded:
    """The numbers that `encode` has written, all of which fit into the type."""
    is_last = encoded < _MORE
    if is_last.all():
        return encoded.astype(dtype)
    values = encoded[is_last].astype(dtype)
    # Of the few other bytes: to which number each belongs, and how many places from its last byte.
    others = np.flatnonzero(~is_last)
    numbers = others - np.arange(len(others))
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    sizes = np.diff(starts, append=len(others))
    places = np.repeat(starts + sizes, sizes) - np.arange(len(others))
    digits = (encoded[others] & 127).astype(dtype) << (7 * places).astype(dtype)
    values[numbers[starts]] += np.add.reduceat(digits, starts, dtype=dtype)
    return values
