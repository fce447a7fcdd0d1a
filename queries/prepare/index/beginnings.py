"""How often each message has a word with a common beginning, each posting read once."""

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.search.word_postings import WordPostings
from queries.text.tokenizer import is_unspaced

Counts = npt.NDArray[np.int32]

_Found = Generator[tuple[range, Counts], None, Counts]


def frequent_beginnings(
    words: WordPostings, message_count: int, postings_min: int
) -> Iterator[tuple[range, Counts]]:
    """The words with a common beginning, and how often each message has any of them.

    Beginnings of the same words come once. The counts are valid until the next ones are asked for.

    Args:
        words: the list of words.
        message_count: how many messages there are.
        postings_min: how many postings the words have together at least.
    """
    yield from _Beginnings(words, message_count, postings_min).within("", range(words.word_count))


class _Beginnings:
    def __init__(self, words: WordPostings, message_count: int, postings_min: int) -> None:
        self._words = words
        self._message_count = message_count
        self._postings_min = postings_min

    def within(self, beginning: str, numbers: range) -> _Found:
        """The common beginnings among words that begin alike; returns the counts of all."""
        counts = np.zeros(self._message_count, np.int32)
        rare = numbers.start
        for longer, of_longer in self._longer(beginning, numbers):
            if self._words.posting_count(of_longer) >= self._postings_min:
                self._add(counts, range(rare, of_longer.start))
                counts += yield from self.within(longer, of_longer)
                rare = of_longer.stop
        self._add(counts, range(rare, numbers.stop))
        if beginning:
            yield numbers, counts
        return counts

    def _longer(self, beginning: str, numbers: range) -> Iterator[tuple[str, range]]:
        """The beginnings with another character, but for words that have no more characters."""
        at = numbers.start
        while at < numbers.stop:
            (word,) = self._words.words(range(at, at + 1))
            longer = word[: len(beginning) + 1]
            # No beginnings are looked up in scripts without spaces.
            if len(word) == len(beginning) or is_unspaced(longer[0]):
                at += 1
                continue
            of_longer = self._words.find_beginning(longer)
            if of_longer == numbers:
                # All words have this character too.
                beginning = longer
                continue
            yield longer, of_longer
            at = of_longer.stop

    def _add(self, counts: Counts, numbers: range) -> None:
        if not self._words.posting_count(numbers):
            return
        for share in self._words.shares(numbers):
            read: Any = self._words.postings(share)
            np.add.at(counts, read.messages, read.counts.astype(np.int32))
