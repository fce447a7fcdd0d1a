"""Pairs of common words that follow one another, indexed as if each pair were a word.

Phrases of words such as "in the" are found without a look at every place of either. Lucene calls
such pairs common grams.
"""

from functools import partial
from pathlib import Path

import numpy as np

from queries.search.occurrences import Frequencies, occurrences_of
from queries.search.phrases import PhrasePart
from queries.search.word_postings import WordPostings

PAIRS_FOLDER = "pairs"
"""In the folder of an index: the files of `postings_format` for the pairs, if there are any."""

MEMBERS_FILE = "members.npy"
"""In the folder of the pairs: the numbers of the common words in the list of words."""

_BETWEEN = "\x00"


class CommonPairs:
    """Finds pairs of common words. Thread-safe."""

    def __init__(self, folder: Path, plain: WordPostings) -> None:
        """Open the pairs.

        Args:
            folder: their folder.
            plain: the list of words.
        """
        self._pairs = WordPostings(folder)
        self._plain = plain
        self._members = frozenset(np.load(folder / MEMBERS_FILE).tolist())

    def find(self, first: str, second: str) -> range | None:
        """The number of a pair, if any; None unless both words are common."""
        for word in (first, second):
            if self._plain.find(word).start not in self._members or not self._plain.find(word):
                return None
        return self._pairs.find(pair_key(first, second))

    def part(self, start: int, numbers: range) -> PhrasePart:
        """A pair as part of a phrase.

        Args:
            start: how many words of the phrase precede it.
            numbers: the number of the pair, or none.
        """
        return PhrasePart(
            start,
            2,
            self._pairs.posting_count(numbers),
            partial(occurrences_of, self._pairs, numbers),
            partial(self._frequencies, numbers),
        )

    def _frequencies(self, numbers: range) -> Frequencies:
        return Frequencies(*self._pairs.postings(numbers)[:2])


def pair_key(first: str, second: str) -> str:
    """How a pair stands in its list: in the order of the first words, then of the second ones."""
    return f"{first}{_BETWEEN}{second}"


def pair_words(key: str) -> list[str]:
    """The words of a pair."""
    return key.split(_BETWEEN)


def open_common_pairs(index_folder: Path, plain: WordPostings) -> CommonPairs | None:
    """The pairs of an index of words, if it has any.

    Args:
        index_folder: the folder of the index.
        plain: its list of words.
    """
    folder = index_folder / PAIRS_FOLDER
    return CommonPairs(folder, plain) if folder.is_dir() else None
