"""The results of very common words, pairs of words and beginnings, stored with the index.

For each: which conversations match, as a bitmap, and the best ones with their scores. So neither
the total nor the first pages need the millions of postings.
"""

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from queries.search.ranked_conversations import RankedConversations

RANKINGS_FOLDER = "rankings"
"""In the folder of an index: the files of its stored rankings, if there are any."""

RankedKind = Literal["word", "pair", "beginning"]
RANKED_KINDS: tuple[RankedKind, ...] = ("word", "pair", "beginning")

_Bits = npt.NDArray[np.uint8]


class RankingKey(NamedTuple):
    """What a ranking is of: numbers in the list of words, or in that of pairs."""

    kind: RankedKind
    numbers: range


class StoredRanking(NamedTuple):
    """The conversations with a matching message.

    Attributes:
        bits: a packed bitmap over all id ranks.
        total: how many match.
        best: the best ones, best first; ties are ordered by id rank.
    """

    bits: _Bits
    total: int
    best: RankedConversations

    def top(
        self, count: int, mask: npt.NDArray[np.bool_] | None
    ) -> tuple[RankedConversations, int] | None:
        """The best conversations of a slice, and how many match; None if too few are stored.

        Args:
            count: how many conversations.
            mask: the slice, over all id ranks; None for every conversation.
        """
        best, total = self.best, self.total
        if mask is not None:
            best = best.in_slice(mask)
            total = int(np.bitwise_count(self.bits & np.packbits(mask)).sum(dtype=np.int64))
        if len(best.id_ranks) < min(count, total):
            return None
        return best.take(slice(count)), total


class StoredRankings:
    """Reads stored rankings. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Open the files in a folder."""
        keys: npt.NDArray[np.int64] = np.load(folder / "keys.npy")
        self._row_of = {
            RankingKey(RANKED_KINDS[kind], range(start, stop)): row
            for row, (kind, start, stop) in enumerate(keys.tolist())
        }
        self._bits: _Bits = np.load(folder / "bits.npy", mmap_mode="r")
        self._totals: npt.NDArray[np.int64] = np.load(folder / "totals.npy")
        self._id_ranks = np.load(folder / "id_ranks.npy", mmap_mode="r")
        self._messages = np.load(folder / "messages.npy", mmap_mode="r")
        self._scores = np.load(folder / "scores.npy", mmap_mode="r")

    def get(self, key: RankingKey) -> StoredRanking | None:
        """A stored ranking; None if it is not stored."""
        row = self._row_of.get(key)
        if row is None:
            return None
        total = int(self._totals[row])
        best = RankedConversations(self._id_ranks[row], self._scores[row], self._messages[row])
        return StoredRanking(self._bits[row], total, best.take(slice(total)))


def save_rankings(
    folder: Path, rankings: list[tuple[RankingKey, StoredRanking]], best_count: int
) -> None:
    """Write rankings into a folder, which is made.

    Args:
        folder: the folder.
        rankings: the rankings by key.
        best_count: how many conversations each has, unless fewer match.
    """
    folder.mkdir()
    keys = [
        (RANKED_KINDS.index(key.kind), key.numbers.start, key.numbers.stop) for key, _ in rankings
    ]
    np.save(folder / "keys.npy", np.array(keys, np.int64))
    np.save(folder / "bits.npy", np.stack([ranking.bits for _, ranking in rankings]))
    np.save(folder / "totals.npy", np.array([ranking.total for _, ranking in rankings], np.int64))
    for name, dtype in (("id_ranks", np.int32), ("messages", np.int32), ("scores", np.float32)):
        columns = np.zeros((len(rankings), best_count), dtype)
        for row, (_, ranking) in enumerate(rankings):
            values = getattr(ranking.best, name)
            columns[row, : len(values)] = values
        np.save(folder / f"{name}.npy", columns)


def open_stored_rankings(index_folder: Path) -> StoredRankings | None:
    """The stored rankings of an index of words, if it has any.

    Args:
        index_folder: the folder of the index.
    """
    folder = index_folder / RANKINGS_FOLDER
    return StoredRankings(folder) if folder.is_dir() else None
