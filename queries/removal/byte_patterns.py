"""Multi-pattern search for removed texts in any bytes: files, columns, tables.

A text is cut into consecutive patterns of 32 bytes, so any 63 consecutive bytes of it contain a
whole pattern. All patterns are searched at once, in a few nanoseconds per byte.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

PATTERN_BYTES = 32

_DISTINCT_BYTES_MIN = 8
"""A pattern with fewer distinct bytes (spaces, dashes) is too common to identify a text."""

_BLOCK_BYTES = 1 << 22
_WORD = 8
_TABLE_BITS = 22
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)

_Uint64 = npt.NDArray[np.uint64]


def patterns_of(text: bytes) -> Iterator[bytes]:
    """The distinctive patterns of a text; none if it is shorter than `PATTERN_BYTES`."""
    ends = range(PATTERN_BYTES, len(text) + 1, PATTERN_BYTES)
    patterns = [text[end - PATTERN_BYTES : end] for end in ends]
    # The remainder is too short for a pattern of its own: one more pattern ends with the text.
    if len(text) > PATTERN_BYTES and len(text) % PATTERN_BYTES:
        patterns.append(text[-PATTERN_BYTES:])
    yield from (pattern for pattern in patterns if len(set(pattern)) >= _DISTINCT_BYTES_MIN)


class BytePatterns:
    """A set of byte patterns, prepared for searching."""

    def __init__(self, patterns: Iterable[bytes]) -> None:
        """Build the lookup tables.

        Args:
            patterns: each of `PATTERN_BYTES` bytes.
        """
        self.patterns = frozenset(patterns)
        joined = b"".join(sorted(self.patterns))
        rows = np.frombuffer(joined, "<u8").reshape(-1, PATTERN_BYTES // _WORD)
        self._hashes: _Uint64 = np.unique(_hash([rows[:, n] for n in range(rows.shape[1])]))
        self._is_first_word = np.zeros(1 << _TABLE_BITS, bool)
        self._is_first_word[_buckets(rows[:, 0])] = True

    def without(self, patterns: Iterable[bytes]) -> "BytePatterns":
        """The same set without some of its patterns."""
        return BytePatterns(self.patterns.difference(patterns))

    def matches(self, data: bytes | memoryview) -> set[bytes]:
        """The patterns that occur anywhere in some bytes."""
        view = memoryview(data)
        candidates: set[bytes] = set()
        if not self.patterns:
            return candidates
        for start in range(0, len(view) - PATTERN_BYTES + 1, _BLOCK_BYTES):
            block = view[start : start + _BLOCK_BYTES + PATTERN_BYTES - 1]
            for shift in range(_WORD):
                offsets = self._candidate_offsets(block, shift)
                candidates.update(bytes(block[n : n + PATTERN_BYTES]) for n in offsets)
        return candidates & self.patterns

    def _candidate_offsets(self, block: memoryview, shift: int) -> list[int]:
        """Offsets in a block where a pattern may start, aligned to words from a shift.

        Only the first occurrence of each candidate is listed.
        """
        count = (len(block) - shift) // _WORD
        last = count - PATTERN_BYTES // _WORD
        if last < 0:
            return []
        words = np.frombuffer(block, "<u8", count=count, offset=shift)
        at = np.flatnonzero(self._is_first_word[_buckets(words[: last + 1])])
        if not len(at):
            return []
        hashes = _hash([words[at + n] for n in range(PATTERN_BYTES // _WORD)])
        nearest = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        is_known = self._hashes[nearest] == hashes
        _, first = np.unique(hashes[is_known], return_index=True)
        offsets: list[int] = (at[is_known][first] * _WORD + shift).tolist()
        return offsets


def _buckets(words: _Uint64) -> npt.NDArray[np.int64]:
    """The index of each word in a table of 2**22 booleans."""
    mixed = words * np.uint64(_PRIMES[0])
    return (mixed >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)


def _hash(columns: list[_Uint64]) -> _Uint64:
    mixed = np.zeros(len(columns[0]), np.uint64)
    for words, prime in zip(columns, _PRIMES, strict=True):
        mixed = (mixed ^ words) * np.uint64(prime)
    return mixed
