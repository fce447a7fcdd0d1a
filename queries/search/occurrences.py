"""Where words are: message and position as one number, so that sequences are found by sets."""

from typing import NamedTuple

import numpy as np

from queries.search.ascending_arrays import places_in
from queries.search.word_postings import AnyIntegers, LongIntegers, WordPostings

POSITION_BITS = 32
"""The lower bits of an occurrence are its position, the upper ones its message."""

POSITION_MASK = 2**POSITION_BITS - 1

_NONE = np.empty(0, np.int64)


class Frequencies(NamedTuple):
    """The messages with something, ascending, and how often each has it."""

    messages: AnyIntegers
    counts: AnyIntegers


def messages_of(occurrences: LongIntegers) -> Frequencies:
    """The messages of occurrences, and how many each has."""
    messages = occurrences >> POSITION_BITS
    is_first = np.ones(len(messages), bool)
    np.not_equal(messages[1:], messages[:-1], out=is_first[1:])
    starts = np.flatnonzero(is_first)
    return Frequencies(messages[starts], np.diff(starts, append=len(messages)))


def occurrences_of(words: WordPostings, numbers: range, among: AnyIntegers | None) -> LongIntegers:
    """Where any of some words is, ascending."""
    shares = words.shares(numbers) if len(numbers) > 1 else [numbers]
    matched = [_of_share(words, share, among) for share in shares]
    keys = matched[0] if len(matched) == 1 else np.concatenate([_NONE, *matched])
    return np.sort(keys) if len(numbers) > 1 else keys


def _of_share(words: WordPostings, numbers: range, among: AnyIntegers | None) -> LongIntegers:
    messages, counts, first = words.postings(numbers)
    keep = None if among is None else rows_among(messages, among, is_ascending=len(numbers) == 1)
    if keep is None:
        positions = words.positions(first, first + int(counts.sum(dtype=np.int64)))
    else:
        ends = np.cumsum(counts, dtype=np.int64)
        messages, counts = messages[keep], counts[keep]
        after: LongIntegers = np.cumsum(counts, dtype=np.int64)
        total = int(after[-1]) if len(after) else 0
        places = np.repeat(ends[keep] - after + first, counts) + np.arange(total)
        positions = words.positions_at(places)
    keys: LongIntegers = np.repeat(messages.astype(np.int64) << POSITION_BITS, counts)
    keys += positions
    return keys


def rows_among(messages: AnyIntegers, among: AnyIntegers, *, is_ascending: bool) -> LongIntegers:
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
