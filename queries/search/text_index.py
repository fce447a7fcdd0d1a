"""The index of words of one table of messages: which messages have a word or a phrase."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lancedb.table import Table

from queries.search.ascending_arrays import is_in, places_in
from queries.search.word_postings import AnyIntegers, LongIntegers, WordPostings
from queries.text.word_lines import accented_key, exact_word

Scores = npt.NDArray[np.float32]

NO_LIMIT = 2**31 - 1
"""A limit that no table reaches; without a limit, LanceDB returns ten rows."""

LENGTHS_FILE = "lengths.npy"
"""In the folder of an index: how many words each message has."""

# The constants of BM25, as most search engines set them.
_SATURATION, _LENGTH_SHARE = 1.2, 0.75
_POSITION_BITS = 32
_POSITION_MASK = 2**_POSITION_BITS - 1
_POSTINGS_AT_ONCE = 4_000_000
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class SoughtWord:
    """What a word of a message has to be.

    Attributes:
        plain: the word without accents.
        exact: the word with accents; None if accents may differ.
        is_beginning: whether it is only the beginning of the word.
    """

    plain: str
    exact: str | None = None
    is_beginning: bool = False


class Frequencies(NamedTuple):
    """The messages with something, ascending, and how often each has it."""

    messages: AnyIntegers
    counts: AnyIntegers


class TextIndex:
    """Finds messages by their words. Thread-safe."""

    def __init__(
        self, folder: Path, translated_errors: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Open an index.

        Args:
            folder: its folder.
            translated_errors: raises `VersionGoneError` for what a deleted version causes.
        """
        self._folder = folder
        self._translated_errors = translated_errors

    @cached_property
    def _plain(self) -> WordPostings:
        with self._translated_errors():
            return WordPostings(self._folder / "plain")

    @cached_property
    def _accented(self) -> WordPostings:
        with self._translated_errors():
            return WordPostings(self._folder / "accented")

    @cached_property
    def _length_terms(self) -> Scores:
        """The part of BM25 that depends on the length of a message alone, shape (messages,)."""
        with self._translated_errors():
            lengths = np.load(self._folder / LENGTHS_FILE).astype(np.float32)
        shares = lengths / max(1.0, float(lengths.mean() if len(lengths) else 0))
        terms: Scores = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * shares)
        return terms.astype(np.float32)

    @property
    def message_count(self) -> int:
        """The number of messages, with words or not."""
        return len(self._length_terms)

    def warm_up(self) -> None:
        """Open the files, so that the first search does not wait for it."""
        _ = self._plain, self._accented, self._length_terms

    def has_variants(self, word: SoughtWord) -> bool:
        """Whether the word is anywhere with accents, whatever the accents."""
        return bool(self._variants(word))

    def posting_count(self, word: SoughtWord) -> int:
        """In how many messages the word is, whatever its accents; of a beginning, at most."""
        return self._plain.posting_count(self._numbers(word))

    def frequencies(self, word: SoughtWord) -> Frequencies:
        """The messages with a word, and how often each has it."""
        numbers = self._numbers(word)
        variants = self._variants(word) if word.exact is not None else range(0)
        if len(numbers) <= 1 and not variants and word.exact in (None, word.plain):
            return Frequencies(*self._plain.postings(numbers)[:2])
        signed = [(self._plain, numbers, 1)] if word.exact in (None, word.plain) else []
        if word.exact == word.plain:
            signed.append((self._accented, variants, -1))
        signed += [(self._accented, number, 1) for number in self._exact(word, variants)]
        return self._sum(signed)

    def is_exact(self, word: SoughtWord, messages: AnyIntegers) -> npt.NDArray[np.bool_]:
        """Which of the messages with a word, whatever its accents, have it with its own accents.

        Args:
            word: the word, with its accents.
            messages: messages that have it with any, ascending.
        """
        if word.exact != word.plain:
            exact = np.zeros(len(messages), bool)
            exact[_rows(messages, self.frequencies(word).messages, is_ascending=True)] = True
            return exact
        # Few messages have other accents. In these the word has to occur more often than with them.
        every = self._plain.postings(self._numbers(word))
        accented = self._sum([(self._accented, self._variants(word), 1)])
        counts = every.counts[_rows(every.messages, accented.messages, is_ascending=True)]
        lacking = accented.messages[counts <= accented.counts]
        exact = np.ones(len(messages), bool)
        exact[_rows(messages, lacking, is_ascending=True)] = False
        return exact

    def _sum(self, signed: Sequence[tuple[WordPostings, range, int]]) -> Frequencies:
        """The frequencies of words together; those with -1 are taken off."""
        total = sum(words.posting_count(numbers) for words, numbers, _ in signed)
        if total * 32 < self.message_count:
            parts = [(words.postings(numbers), sign) for words, numbers, sign in signed]
            messages = np.concatenate([_NONE, *(part.messages for part, _ in parts)])
            weights = [part.counts.astype(np.int64) * sign for part, sign in parts]
            matched, places = np.unique(messages, return_inverse=True)
            sums = np.bincount(places, np.concatenate([_NONE, *weights]), len(matched))
            return Frequencies(matched[sums > 0], sums[sums > 0].astype(np.int64))
        every = np.zeros(self.message_count)
        for words, numbers, sign in signed:
            for share in words.shares(numbers, _POSTINGS_AT_ONCE):
                postings = words.postings(share)
                every += sign * np.bincount(postings.messages, postings.counts, len(every))
        matched = np.flatnonzero(every)
        return Frequencies(matched, every[matched].astype(np.int64))

    def phrase(self, words: Sequence[SoughtWord], among: AnyIntegers | None = None) -> Frequencies:
        """The messages with words one after another, and how often each has them.

        Args:
            words: the words in order.
            among: the messages to look into, ascending; None for all.
        """
        order = sorted(
            range(len(words)),
            key=lambda n: (words[n].is_beginning, self.posting_count(words[n])),
        )
        starts: LongIntegers | None = None
        for n in order:
            places = self.occurrences(words[n], among)
            places = places[(places & _POSITION_MASK) >= n] - n
            starts = places if starts is None else starts[is_in(starts, places)]
            matched = _messages_of(starts)
            among = matched.messages
        return matched

    def occurrences(self, word: SoughtWord, among: AnyIntegers | None = None) -> LongIntegers:
        """Where a word is: ascending numbers of message and position.

        Args:
            word: the word.
            among: the messages to look into, ascending; None for all.
        """
        everywhere = _occurrences(self._plain, self._numbers(word), among)
        if word.exact is None:
            return everywhere
        variants = self._variants(word)
        exact = self._exact(word, variants)
        matched = [_occurrences(self._accented, number, among) for number in exact]
        if word.exact == word.plain:
            accented = _occurrences(self._accented, variants, among)
            matched.append(everywhere[~is_in(everywhere, accented)])
        return np.sort(np.concatenate([_NONE, *matched]))

    def _exact(self, word: SoughtWord, variants: range) -> list[range]:
        """Those of the words with accents that have the accents of a word."""
        sought = word.exact or ""
        exact_words = map(exact_word, self._accented.words(variants))
        return [
            range(number, number + 1)
            for number, exact in zip(variants, exact_words, strict=True)
            if (exact.startswith(sought) if word.is_beginning else exact == sought)
        ]

    def scores(self, frequencies: Frequencies, rarity: float) -> Scores:
        """The BM25 score of each message for something of the given `rarity`."""
        counts = frequencies.counts.astype(np.float32)
        lengths = self._length_terms[frequencies.messages]
        scores: Scores = counts / (counts + lengths)
        scores *= np.float32(rarity * (_SATURATION + 1))
        return scores

    def rarity(self, posting_count: int) -> float:
        """The inverse document frequency of something that so many messages have."""
        missing = self.message_count - posting_count
        return float(np.log1p((missing + 0.5) / (posting_count + 0.5)))

    def _numbers(self, word: SoughtWord) -> range:
        with self._translated_errors():
            if word.is_beginning:
                return self._plain.find_beginning(word.plain)
            return self._plain.find(word.plain)

    def _variants(self, word: SoughtWord) -> range:
        """The numbers of all words with accents that are this word without them."""
        with self._translated_errors():
            key = word.plain if word.is_beginning else accented_key(word.plain, "")
            return self._accented.find_beginning(key)


def _messages_of(occurrences: LongIntegers) -> Frequencies:
    """The messages of occurrences, and how many each has."""
    messages = occurrences >> _POSITION_BITS
    is_first = np.ones(len(messages), bool)
    np.not_equal(messages[1:], messages[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    return Frequencies(messages[starts], np.diff(starts, append=len(messages)))


def _occurrences(words: WordPostings, numbers: range, among: AnyIntegers | None) -> LongIntegers:
    """Where any of some words is, ascending."""
    shares = words.shares(numbers, _POSTINGS_AT_ONCE) if len(numbers) > 1 else [numbers]
    matched = [_occurrences_of_share(words, share, among) for share in shares]
    keys = matched[0] if len(matched) == 1 else np.concatenate([_NONE, *matched])
    return np.sort(keys) if len(numbers) > 1 else keys


def _occurrences_of_share(
    words: WordPostings, numbers: range, among: AnyIntegers | None
) -> LongIntegers:
    messages, counts, first = words.postings(numbers)
    keep = None if among is None else _rows(messages, among, is_ascending=len(numbers) == 1)
    if keep is None:
        positions = words.positions(first, first + int(counts.sum(dtype=np.int64)))
    else:
        ends = np.cumsum(counts, dtype=np.int64)
        messages, counts = messages[keep], counts[keep]
        after: LongIntegers = np.cumsum(counts, dtype=np.int64)
        total = int(after[-1]) if len(after) else 0
        places = np.repeat(ends[keep] - after + first, counts) + np.arange(total)
        positions = words.positions_at(places)
    keys: LongIntegers = np.repeat(messages.astype(np.int64) << _POSITION_BITS, counts)
    keys += positions
    return keys


def _rows(messages: AnyIntegers, among: AnyIntegers, *, is_ascending: bool) -> LongIntegers:
    """Which of the messages of postings are among some, which are ascending."""
    if not len(among) or not len(messages):
        return _NONE
    if is_ascending and len(among) * 8 < len(messages):
        places, is_there = places_in(among.astype(messages.dtype), messages)
        rows: LongIntegers = places[is_there]
        return rows
    mask = np.zeros(max(int(messages.max()), int(among[-1])) + 1, bool)
    mask[among] = True
    return np.flatnonzero(mask[messages])


def rows_in_order(table: Table, numbers: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Columns of some rows, by their row ids, in the order of the ids."""
    # LanceDB returns rows in an order of its own.
    distinct = sorted({int(number) for number in numbers})
    builder: Any = table.take_row_ids(distinct)
    rows = builder.select(list(columns)).with_row_id().to_arrow()
    row_of = {number: row for row, number in enumerate(rows["_rowid"].to_pylist())}
    return rows.take(pa.array([row_of[int(number)] for number in numbers], pa.int64()))
