"""Looking for what was said in removed conversations in any bytes: files, columns, tables.

A text is cut into pieces of 32 bytes, one after another: whatever 63 bytes of it are left anywhere,
there is a whole piece among them. All pieces are looked for at once, at a few nanoseconds a byte.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

PIECE_BYTES = 32

_FEWEST_BYTES = 8
"""A piece of fewer different bytes (spaces, dashes) says nothing."""

_BLOCK_BYTES = 1 << 22
_WORD = 8
_TABLE_BITS = 22
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)

Words = npt.NDArray[np.uint64]


def pieces_of(text: bytes) -> Iterator[bytes]:
    """The pieces of a text that say something; none of a text of fewer than `PIECE_BYTES`."""
    ends = range(PIECE_BYTES, len(text) + 1, PIECE_BYTES)
    pieces = [text[end - PIECE_BYTES : end] for end in ends]
    # What the last whole piece leaves over is looked for with what comes before it.
    if len(text) > PIECE_BYTES and len(text) % PIECE_BYTES:
        pieces.append(text[-PIECE_BYTES:])
    yield from (piece for piece in pieces if len(set(piece)) >= _FEWEST_BYTES)


class Traces:
    """Pieces of texts to be looked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Prepare the search.

        Args:
            pieces: each of `PIECE_BYTES`.
        """
        self.pieces = frozenset(pieces)
        joined = b"".join(sorted(self.pieces))
        rows = np.frombuffer(joined, "<u8").reshape(-1, PIECE_BYTES // _WORD)
        self._hashes: Words = np.unique(_hash([rows[:, n] for n in range(rows.shape[1])]))
        self._may_begin = np.zeros(1 << _TABLE_BITS, bool)
        self._may_begin[_slots(rows[:, 0])] = True

    def without(self, pieces: Iterable[bytes]) -> "Traces":
        """The same without some of its pieces."""
        return Traces(self.pieces.difference(pieces))

    def found_in(self, data: bytes | memoryview) -> set[bytes]:
        """The pieces that stand anywhere in some bytes."""
        view = memoryview(data)
        found: set[bytes] = set()
        if not self.pieces:
            return found
        for start in range(0, len(view) - PIECE_BYTES + 1, _BLOCK_BYTES):
            block = view[start : start + _BLOCK_BYTES + PIECE_BYTES - 1]
            for shift in range(_WORD):
                places = self._places(block, shift)
                found.update(bytes(block[place : place + PIECE_BYTES]) for place in places)
        return found & self.pieces

    def _places(self, block: memoryview, shift: int) -> list[int]:
        """Where pieces may begin in a block, a whole number of words from a shift; each once."""
        count = (len(block) - shift) // _WORD
        last = count - PIECE_BYTES // _WORD
        if last < 0:
            return []
        words = np.frombuffer(block, "<u8", count=count, offset=shift)
        at = np.flatnonzero(self._may_begin[_slots(words[: last + 1])])
        if not len(at):
            return []
        hashes = _hash([words[at + n] for n in range(PIECE_BYTES // _WORD)])
        near = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        is_known = self._hashes[near] == hashes
        _, first = np.unique(hashes[is_known], return_index=True)
        places: list[int] = (at[is_known][first] * _WORD + shift).tolist()
        return places


def _slots(words: Words) -> npt.NDArray[np.int64]:
    """Where a word stands in a table of bits."""
    mixed = words * np.uint64(_PRIMES[0])
    return (mixed >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)


def _hash(columns: list[Words]) -> Words:
    mixed = np.zeros(len(columns[0]), np.uint64)
    for words, prime in zip(columns, _PRIMES, strict=True):
        mixed = (mixed ^ words) * np.uint64(prime)
    return mixed
