"""A list of words with the messages and the places in which each occurs, opened for reading."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from queries.search import varints
from queries.search.postings_format import (
    COUNTS,
    ENTRY,
    GROUP_WORDS,
    POSITIONS,
    NarrowFile,
    map_file,
)

LongIntegers = npt.NDArray[np.int64]

AnyIntegers = npt.NDArray[np.integer[Any]]

POSTINGS_AT_ONCE = 4_000_000
"""About how many postings of many words are read at once, unless said otherwise."""

_CACHED_GROUPS = 4_096
_CACHED_POSTINGS = 8
_CACHED_WORDS = 1_024
_POSTINGS, _OCCURRENCES, _DIRECTORY, _WORDS = 1, 3, 4, 5


class Postings(NamedTuple):
    """The messages of some words that follow one another in the list, word by word.

    Attributes:
        messages: message numbers, ascending within each word.
        counts: how often the word occurs in each.
        first_occurrence: the place of the first occurrence among those of all words.
    """

    messages: npt.NDArray[np.int32]
    counts: AnyIntegers
    first_occurrence: int


class WordPostings:
    """Reads the files of `postings_format`. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Open the files.

        Raises:
            OSError: a file is missing.
        """
        self._groups: LongIntegers = np.load(folder / "groups.npy")
        self._directory = map_file(folder / "directory.bin", np.uint8)
        self._words = map_file(folder / "words.bin", np.uint8)
        self._messages = map_file(folder / "messages.bin", np.uint8)
        self._counts = _Narrow(folder, COUNTS)
        self._positions = _Narrow(folder, POSITIONS)
        self.word_count = int(self._groups[-1, _WORDS])
        self._group = lru_cache(_CACHED_GROUPS)(self._read_group)
        self._recent_words = lru_cache(_CACHED_WORDS)(self._find)
        self._recent_postings = lru_cache(_CACHED_POSTINGS)(self._read_postings)

    def find(self, word: str) -> range:
        """The number of a word in the list; an empty range if it is not there."""
        return self._recent_words(word)

    def _find(self, word: str) -> range:
        first = self.find_first(word)
        is_there = first < self.word_count and self._word(first) == word.encode()
        return range(first, first + is_there)

    def find_first(self, word: str) -> int:
        """The number of a word, or else of the first one behind it."""
        sought = word.encode()
        return self._first(lambda text: text >= sought)

    def find_beginning(self, beginning: str) -> range:
        """The numbers of the words that begin with a text."""
        sought = beginning.encode()
        first = self.find_first(beginning)
        return range(first, self._first(lambda text: text[: len(sought)] > sought))

    def words(self, numbers: range) -> list[str]:
        """Some words that follow one another in the list."""
        if not numbers:
            return []
        lengths = self._entries(numbers)[:, 0]
        start = int(self._before(numbers.start)[0])
        ends = start + np.cumsum(lengths)
        text = self._words[start : int(ends[-1])].tobytes()
        starts = (ends - lengths - start).tolist()
        return [
            text[a : a + length].decode()
            for a, length in zip(starts, lengths.tolist(), strict=True)
        ]

    def groups(self) -> list[tuple[str, int]]:
        """The first word of each group, and how many occurrences the words of the group have."""
        occurrences = np.diff(self._groups[:, _OCCURRENCES]).tolist()
        firsts = range(0, self.word_count, GROUP_WORDS)
        return [
            (self._word(first).decode(), count)
            for first, count in zip(firsts, occurrences, strict=True)
        ]

    def posting_count(self, numbers: range) -> int:
        """How many postings some words have that follow one another in the list."""
        return int(self._before(numbers.stop)[1] - self._before(numbers.start)[1])

    def occurrence_counts(self, numbers: range) -> LongIntegers:
        """How often each of some words occurs that follow one another in the list."""
        return self._entries(numbers)[:, 3]

    def frequent_words(self, postings_min: int) -> list[int]:
        """The numbers of the words with so many postings at least, ascending."""
        frequent: list[int] = []
        for group in np.flatnonzero(np.diff(self._groups[:, _POSTINGS]) >= postings_min).tolist():
            of_words = self._group(group)[:, _POSTINGS]
            frequent += (np.flatnonzero(of_words >= postings_min) + group * GROUP_WORDS).tolist()
        return frequent

    def shares(self, numbers: range, postings_max: int | None = None) -> Iterator[range]:
        """Parts of some words, each of which has about so many postings at most."""
        postings_max = postings_max or POSTINGS_AT_ONCE
        ends = np.cumsum(self._entries(numbers)[:, 1]) if numbers else np.empty(0, np.int64)
        cuts = np.flatnonzero(np.diff(ends // postings_max)) + 1 + numbers.start
        for start, stop in pairwise([numbers.start, *cuts.tolist(), numbers.stop]):
            yield range(start, stop)

    def postings(self, numbers: range) -> Postings:
        """The postings of some words that follow one another in the list; not to be changed."""
        return self._recent_postings(numbers.start, numbers.stop)

    def _read_postings(self, start: int, stop: int) -> Postings:
        before, after = self._before(start), self._before(stop)
        encoded = self._messages[int(before[2]) : int(after[2])]
        if stop - start == 1:
            messages = np.cumsum(varints.decode(encoded, np.int32), dtype=np.int32)
        else:
            # The distance to the last message of the word before has to be taken off again.
            all_sums = np.cumsum(varints.decode(encoded))
            sizes = self._entries(range(start, stop))[:, 1]
            last = all_sums[np.cumsum(sizes)[:-1] - 1] if len(sizes) else sizes
            sums_before = np.concatenate([np.zeros(min(1, len(sizes)), np.int64), last])
            messages = (all_sums - np.repeat(sums_before, sizes)).astype(np.int32)
        return Postings(messages, self._counts.slice(int(before[1]), int(after[1])), int(before[3]))

    def positions(self, first: int, last: int) -> AnyIntegers:
        """The positions of the occurrences from one place among those of all words to another."""
        return self._positions.slice(first, last)

    def positions_at(self, places: LongIntegers) -> AnyIntegers:
        """The positions of the occurrences at some places."""
        return self._positions.take(places)

    def _first(self, is_reached: Callable[[bytes], bool]) -> int:
        """The number of the first word for which a condition holds, as for all that follow."""
        groups = range(len(self._groups) - 1)
        starts = bisect_left(groups, True, key=lambda g: is_reached(self._word(g * GROUP_WORDS)))
        if not starts:
            return 0
        first = (starts - 1) * GROUP_WORDS
        inside = range(first, min(first + GROUP_WORDS, self.word_count))
        return bisect_left(inside, True, key=lambda n: is_reached(self._word(n))) + first

    def _word(self, number: int) -> bytes:
        start = int(self._before(number)[0])
        length = int(self._group(number // GROUP_WORDS)[number % GROUP_WORDS, 0])
        return self._words[start : start + length].tobytes()

    def _before(self, number: int) -> LongIntegers:
        """What lies before a word: the columns of `ENTRY`."""
        group, inside = divmod(number, GROUP_WORDS)
        before: LongIntegers = self._groups[group, : len(ENTRY)]
        if inside:
            before = before + self._group(group)[:inside].sum(axis=0)
        return before

    def _read_group(self, group: int) -> LongIntegers:
        start, end = self._groups[group : group + 2, _DIRECTORY].tolist()
        return varints.decode(self._directory[start:end]).reshape(-1, len(ENTRY))

    def _entries(self, numbers: range) -> LongIntegers:
        """The rows of the directory for some words, shape (words, 4)."""
        first, last = numbers.start // GROUP_WORDS, -(-numbers.stop // GROUP_WORDS)
        start, end = self._groups[[first, last], _DIRECTORY].tolist()
        rows = varints.decode(self._directory[start:end]).reshape(-1, len(ENTRY))
        skipped = numbers.start - first * GROUP_WORDS
        return rows[skipped : skipped + len(numbers)]


class _Narrow:
    """The numbers of a `NarrowFile`."""

    def __init__(self, folder: Path, file: NarrowFile) -> None:
        self._highest = file.highest
        self._values = map_file(folder / file.name, file.dtype)
        self._large: LongIntegers = np.load(folder / file.large)

    def slice(self, start: int, end: int) -> AnyIntegers:
        values = self._values[start:end]
        first, last = np.searchsorted(self._large[:, 0], [start, end])
        if first == last:
            return values
        values = values.astype(np.int64)
        values[self._large[first:last, 0] - start] = self._large[first:last, 1]
        return values

    def take(self, places: LongIntegers) -> AnyIntegers:
        values = self._values[places]
        is_large = values == self._highest
        if is_large.any():
            values = values.astype(np.int64)
            rows = np.searchsorted(self._large[:, 0], places[is_large])
            values[is_large] = self._large[rows, 1]
        return values
