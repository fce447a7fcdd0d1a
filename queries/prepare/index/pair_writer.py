"""Index the pairs of common words that follow one another, from the places of each word."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.prepare.index.postings_writer import Occurrences, PostingsWriter
from queries.search.common_pairs import MEMBERS_FILE, PAIRS_FOLDER, pair_key
from queries.search.word_postings import LongIntegers, WordPostings

COMMON_POSTINGS = 400_000
"""A word in so many messages is common: the places of a rarer one take milliseconds."""

_MEMBERS_MAX = 255

_Integers = npt.NDArray[np.integer[Any]]


def write_common_pairs(index_folder: Path, message_count: int) -> None:
    """Index the pairs of common words next to the words; nothing if no word is common.

    Args:
        index_folder: the folder of the index of words.
        message_count: how many messages it has.
    """
    words = WordPostings(index_folder / "plain")
    members = _most_frequent(words)
    if not members:
        return
    sequence = _Sequence(words, members, message_count)
    texts = [words.words(range(n, n + 1))[0] for n in members]
    folder = index_folder / PAIRS_FOLDER
    with PostingsWriter(folder) as writer:
        for member in range(len(members)):
            writer.append(sequence.pairs(member, texts))
    np.save(folder / MEMBERS_FILE, np.array(members, np.int64))


def _most_frequent(words: WordPostings) -> list[int]:
    """The numbers of the common words, ascending, no more than fit into eight bits."""
    frequent = words.frequent_words(COMMON_POSTINGS)
    by_count = sorted(frequent, key=lambda n: -words.posting_count(range(n, n + 1)))
    return sorted(by_count[:_MEMBERS_MAX])


class _Sequence:
    """Which common word stands at each position of all messages, one after another."""

    def __init__(self, words: WordPostings, members: list[int], message_count: int) -> None:
        self._words = words
        self._members = members
        lengths = np.zeros(message_count, np.int64)
        for number in members:
            messages, counts, positions = self._read(number)
            # A position is left free behind the last common word of each message.
            ends = positions[np.cumsum(counts, dtype=np.int64) - 1].astype(np.int64) + 2
            lengths[messages] = np.maximum(lengths[messages], ends)
        self._starts = np.cumsum(lengths) - lengths
        self._member_at = np.zeros(int(lengths.sum()), np.uint8)
        for member, number in enumerate(members):
            self._member_at[self._places(*self._read(number))] = member + 1

    def pairs(self, first: int, texts: list[str]) -> Occurrences:
        """The pairs with a common word as the first one.

        Args:
            first: which of the common words.
            texts: the common words.
        """
        messages, counts, positions = self._read(self._members[first])
        followers = self._member_at[self._places(messages, counts, positions) + 1]
        # Eight bits are sorted by radix, and places of the same pair keep their order.
        order = np.argsort(followers, kind="stable")
        order = order[np.searchsorted(followers[order], 1) :]
        seconds, numbers = np.unique(followers[order], return_inverse=True)
        return Occurrences(
            [pair_key(texts[first], texts[second - 1]) for second in seconds.tolist()],
            numbers,
            np.repeat(messages, counts)[order],
            positions[order],
        )

    def _read(self, number: int) -> tuple[_Integers, _Integers, _Integers]:
        messages, counts, first = self._words.postings(range(number, number + 1))
        total = int(counts.sum(dtype=np.int64))
        return messages, counts, self._words.positions(first, first + total)

    def _places(self, messages: _Integers, counts: _Integers, positions: _Integers) -> LongIntegers:
        places: LongIntegers = np.repeat(self._starts[messages], counts)
        places += positions
        return places
