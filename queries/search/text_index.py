"""The index of words of one table of messages: which messages have a word or a phrase."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lancedb.table import Table

from queries.search.ascending_arrays import is_in
from queries.search.common_pairs import CommonPairs, open_common_pairs
from queries.search.message_hits import Scores
from queries.search.occurrences import Frequencies, occurrences_of, rows_among
from queries.search.phrases import PhrasePart, phrase_frequencies
from queries.search.stored_rankings import StoredRankings, open_stored_rankings
from queries.search.word_postings import AnyIntegers, LongIntegers, WordPostings
from queries.text.word_lines import accented_key, exact_word

NO_LIMIT = 2**31 - 1
"""A limit that no table reaches; without a limit, LanceDB returns ten rows."""

LENGTHS_FILE = "lengths.npy"
"""In the folder of an index: how many words each message has."""

# The constants of BM25, as most search engines set them.
_SATURATION, _LENGTH_SHARE = 1.2, 0.75
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

    @cached_property
    def pairs(self) -> CommonPairs | None:
        """The pairs of common words; None if the index has none."""
        with self._translated_errors():
            return open_common_pairs(self._folder, self._plain)

    @cached_property
    def rankings(self) -> StoredRankings | None:
        """The stored rankings of common words; None if the index has none."""
        with self._translated_errors():
            return open_stored_rankings(self._folder)

    def warm_up(self) -> None:
        """Open the files, so that the first search does not wait for it."""
        _ = self._plain, self._accented, self._length_terms, self.pairs, self.rankings

    def has_variants(self, word: SoughtWord) -> bool:
        """Whether the word is anywhere with accents, whatever the accents."""
        return bool(self._variants(word))

    def variant_messages(self, word: SoughtWord) -> AnyIntegers:
        """The messages in which the word is with any accents; not in order."""
        return self._accented.postings(self._variants(word)).messages

    def posting_count(self, word: SoughtWord) -> int:
        """In how many messages the word is, whatever its accents; of a beginning, at most."""
        return self._plain.posting_count(self.numbers(word))

    def frequencies(self, word: SoughtWord) -> Frequencies:
        """The messages with a word, and how often each has it."""
        numbers = self.numbers(word)
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
            exact[rows_among(messages, self.frequencies(word).messages, is_ascending=True)] = True
            return exact
        # Few messages have other accents. In these the word has to occur more often than with them.
        every = self._plain.postings(self.numbers(word))
        accented = self._sum([(self._accented, self._variants(word), 1)])
        counts = every.counts[rows_among(every.messages, accented.messages, is_ascending=True)]
        lacking = accented.messages[counts <= accented.counts]
        exact = np.ones(len(messages), bool)
        exact[rows_among(messages, lacking, is_ascending=True)] = False
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
        every = np.zeros(self.message_count, np.int32)
        for words, numbers, sign in signed:
            for share in words.shares(numbers):
                postings = words.postings(share)
                np.add.at(every, postings.messages, sign * postings.counts.astype(np.int32))
        matched = np.flatnonzero(every)
        return Frequencies(matched, every[matched].astype(np.int64))

    def phrase(self, words: Sequence[SoughtWord], among: AnyIntegers | None = None) -> Frequencies:
        """The messages with words one after another, and how often each has them.

        Args:
            words: the words in order.
            among: the messages to look into, ascending; None for all.
        """
        return phrase_frequencies(self._phrase_parts(words), len(words), among)

    def _phrase_parts(self, words: Sequence[SoughtWord]) -> list[PhrasePart]:
        """Each word of a phrase, and each pair of them that is indexed as one."""
        singles = [
            PhrasePart(
                n,
                1,
                self.posting_count(word),
                partial(self.occurrences, word),
                is_beginning=word.is_beginning,
            )
            for n, word in enumerate(words)
        ]
        return [*singles, *self._pair_parts(words)]

    def pair_numbers(self, first: SoughtWord, second: SoughtWord) -> range | None:
        """The number of a pair of common words, if any; None for others."""
        is_exact = first.exact is not None or second.exact is not None
        if self.pairs is None or is_exact or second.is_beginning:
            return None
        return self.pairs.find(first.plain, second.plain)

    def _pair_parts(self, words: Sequence[SoughtWord]) -> Iterator[PhrasePart]:
        for n, (first, second) in enumerate(pairwise(words)):
            numbers = self.pair_numbers(first, second)
            if self.pairs is not None and numbers is not None:
                yield self.pairs.part(n, numbers)

    def occurrences(self, word: SoughtWord, among: AnyIntegers | None = None) -> LongIntegers:
        """Where a word is: ascending numbers of message and position.

        Args:
            word: the word.
            among: the messages to look into, ascending; None for all.
        """
        everywhere = occurrences_of(self._plain, self.numbers(word), among)
        if word.exact is None:
            return everywhere
        variants = self._variants(word)
        exact = self._exact(word, variants)
        matched = [occurrences_of(self._accented, number, among) for number in exact]
        if word.exact == word.plain:
            accented = occurrences_of(self._accented, variants, among)
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

    def scores_of_all(self, counts: AnyIntegers) -> Scores:
        """The BM25 score of every message for something that it has so often; 0 without it."""
        scores: Scores = counts.astype(np.float32)
        scores /= scores + self._length_terms
        rarity = self.rarity(int(np.count_nonzero(counts)))
        scores *= np.float32(rarity * (_SATURATION + 1))
        return scores

    def rarity(self, posting_count: int) -> float:
        """The inverse document frequency of something that so many messages have."""
        missing = self.message_count - posting_count
        return float(np.log1p((missing + 0.5) / (posting_count + 0.5)))

    def numbers(self, word: SoughtWord) -> range:
        """The numbers of a word, or of those with its beginning, whatever their accents."""
        with self._translated_errors():
            if word.is_beginning:
                return self._plain.find_beginning(word.plain)
            return self._plain.find(word.plain)

    def _variants(self, word: SoughtWord) -> range:
        """The numbers of all words with accents that are this word without them."""
        with self._translated_errors():
            key = word.plain if word.is_beginning else accented_key(word.plain, "")
            return self._accented.find_beginning(key)


def rows_in_order(table: Table, numbers: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Columns of some rows, by their row ids, in the order of the ids."""
    # LanceDB returns rows in an order of its own.
    distinct = sorted({int(number) for number in numbers})
    builder: Any = table.take_row_ids(distinct)
    rows = builder.select(list(columns)).with_row_id().to_arrow()
    row_of = {number: row for row, number in enumerate(rows["_rowid"].to_pylist())}
    return rows.take(pa.array([row_of[int(number)] for number in numbers], pa.int64()))
