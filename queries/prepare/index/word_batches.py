"""The words of a batch of messages, each with the places in which it occurs."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from queries.prepare.index.postings_writer import Occurrences
from queries.text.characters import plain
from queries.text.tokenizer import runs
from queries.text.word_lines import GAP, RunWords, accented_key, run_words

MESSAGES_MAX = 2**16
"""The most messages of a batch."""

_Integers = npt.NDArray[np.integer[Any]]


class WordBatch(NamedTuple):
    """The words of some messages.

    Attributes:
        plain: all words without accents, and `GAP` where two runs are divided.
        accented: the words with accents, by their `accented_key`.
        lengths: how many words each message has, shape (messages,).
    """

    plain: Occurrences
    accented: Occurrences
    lengths: npt.NDArray[np.int32]


def word_batch(texts: Sequence[str], first_message: int) -> WordBatch:
    """Split texts into words.

    Args:
        texts: the texts of at most `MESSAGES_MAX` messages.
        first_message: the number of the first of these messages.
    """
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    run_numbers, sizes = array("i"), array("q")
    for text in texts:
        before = len(run_numbers)
        run_numbers.extend(map(numbers.__getitem__, runs(text)))
        sizes.append(len(run_numbers) - before)
    table = _RunTable(list(map(run_words, numbers)))
    in_order = np.array(run_numbers, np.int32)
    messages = np.repeat(np.arange(len(texts)), np.array(sizes, np.int64))
    places = _in_sequence(in_order, messages, table)
    places = _with_extras(places, _extra_words(in_order, messages, table), table)
    numbers_of_messages = places.messages + first_message
    has_accents = places.accented >= 0
    return WordBatch(
        _ordered(table.plain, places.plain, numbers_of_messages, places.positions),
        _ordered(
            table.accented,
            places.accented[has_accents],
            numbers_of_messages[has_accents],
            places.positions[has_accents],
        ),
        np.bincount(places.messages, minlength=len(texts)).astype(np.int32),
    )


class _Places(NamedTuple):
    """The words of messages in the order of the texts: numbers in two lists, and where they are."""

    plain: _Integers
    accented: _Integers
    messages: _Integers
    positions: _Integers


class _RunTable:
    """The words of distinct runs, as arrays: run n has the words from `starts[n]` on."""

    def __init__(self, table: Sequence[RunWords]) -> None:
        self.plain: defaultdict[str, int] = defaultdict(count().__next__)
        self.accented: defaultdict[str, int] = defaultdict(count().__next__)
        self.gap = self.plain[GAP]
        self.runs = table
        plain_words, accented_words = array("i"), array("i")
        for run in table:
            plain_words.extend(map(self.plain.__getitem__, run.plain))
            if run.plain is run.exact:
                accented_words.extend([-1] * len(run.plain))
            else:
                accented_words.extend(map(self.accented_number, run.plain, run.exact))
        self.plain_words = np.array(plain_words, np.int32)
        self.accented_words = np.array(accented_words, np.int32)
        self.sizes = np.array([len(run.plain) for run in table], np.int32)
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.has_extras = np.array([bool(run.extras) for run in table], bool)
        self.starts_unspaced = np.array([run.starts_unspaced for run in table], bool)
        self.ends_unspaced = np.array([run.ends_unspaced for run in table], bool)

    def accented_number(self, word: str, exact: str) -> int:
        """The number of a word with accents; -1 if it has none."""
        return -1 if exact == word else self.accented[accented_key(word, exact)]


def _in_sequence(run_numbers: _Integers, messages: _Integers, table: _RunTable) -> _Places:
    """The words of the runs of messages, without the extra ones."""
    has_words = table.sizes[run_numbers] > 0
    if not has_words.all():
        run_numbers, messages = run_numbers[has_words], messages[has_words]
    sizes = table.sizes[run_numbers]
    gaps = np.zeros(len(run_numbers), np.int32)
    gaps[1:] = table.ends_unspaced[run_numbers[:-1]] & table.starts_unspaced[run_numbers[1:]]
    gaps[1:] &= messages[1:] == messages[:-1]
    ends = np.cumsum(sizes + gaps)
    total = int(ends[-1]) if len(ends) else 0
    ranks = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = np.repeat(ends - sizes, sizes) + ranks
    sources = np.repeat(table.starts[run_numbers], sizes) + ranks
    plain_words, accented = np.full(total, table.gap, np.int32), np.full(total, -1, np.int32)
    plain_words[at] = table.plain_words[sources]
    accented[at] = table.accented_words[sources]
    of_words = np.repeat(messages, sizes + gaps)
    totals = np.bincount(of_words)
    firsts = (np.cumsum(totals) - totals)[of_words]
    return _Places(plain_words, accented, of_words, np.arange(total) - firsts)


def _extra_words(
    run_numbers: _Integers, messages: _Integers, table: _RunTable
) -> dict[int, list[str]]:
    """The distinct extra words of each message that has any, in order."""
    extras: dict[int, dict[str, None]] = defaultdict(dict)
    for at in np.flatnonzero(table.has_extras[run_numbers]).tolist():
        extras[int(messages[at])] |= dict.fromkeys(table.runs[run_numbers[at]].extras)
    return {message: list(words) for message, words in extras.items()}


def _with_extras(places: _Places, extras: dict[int, list[str]], table: _RunTable) -> _Places:
    """The words of messages, and their extra ones; a position before each of these is left free."""
    if not extras:
        return places
    ends = np.bincount(places.messages, minlength=MESSAGES_MAX)
    rows: list[tuple[int, int, int, int]] = []
    for message, extras_of_message in extras.items():
        position = int(ends[message])
        for extra in extras_of_message:
            for exact in extra.split(" "):
                position += 1
                word = plain(exact)
                rows.append(
                    (table.plain[word], table.accented_number(word, exact), message, position)
                )
            position += 1
    added = np.array(rows, np.int32).T
    columns = [np.concatenate(pair) for pair in zip(places, added, strict=True)]
    # NumPy sorts numbers of 16 bits by radix.
    order = np.argsort(columns[2].astype(np.uint16), kind="stable")
    return _Places(*(column[order] for column in columns))


def _ordered(
    numbers_of_words: dict[str, int],
    numbers: _Integers,
    messages: _Integers,
    positions: _Integers,
) -> Occurrences:
    """Words in the order of the texts, ordered by word."""
    is_used = np.bincount(numbers, minlength=len(numbers_of_words)) > 0
    words = sorted(word for word, number in numbers_of_words.items() if is_used[number])
    ranks = np.zeros(len(numbers_of_words), np.int64)
    ranks[[numbers_of_words[word] for word in words]] = np.arange(len(words))
    # Sorting one number that holds the word and its place is fastest.
    keys = np.sort(ranks[numbers] << 32 | np.arange(len(numbers)))
    order = keys & (2**32 - 1)
    return Occurrences(words, keys >> 32, messages[order], positions[order])
