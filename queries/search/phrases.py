"""Phrases: words one after another, found by their places in the messages."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from queries.search.ascending_arrays import is_in
from queries.search.occurrences import POSITION_MASK, Frequencies, messages_of
from queries.search.word_postings import AnyIntegers, LongIntegers


class PhrasePart(NamedTuple):
    """One or more words of a phrase, whose places are known together.

    Attributes:
        start: how many words of the phrase precede it.
        size: of how many words it consists.
        posting_count: in how many messages it is, at most.
        occurrences: where it is, in all messages (None) or in some.
        frequencies: the messages with it, where they are known without the places.
        is_beginning: whether it ends in the beginning of a word alone.
    """

    start: int
    size: int
    posting_count: int
    occurrences: Callable[[AnyIntegers | None], LongIntegers]
    frequencies: Callable[[], Frequencies] | None = None
    is_beginning: bool = False


def phrase_frequencies(
    parts: Sequence[PhrasePart], size: int, among: AnyIntegers | None
) -> Frequencies:
    """The messages with a phrase, and how often each has it.

    Args:
        parts: parts that cover the phrase, maybe several times.
        size: of how many words it consists.
        among: the messages to look into, ascending; None for all.
    """
    needed = _covering(parts, size)
    if len(needed) == 1 and among is None and needed[0].frequencies is not None:
        return needed[0].frequencies()
    starts: LongIntegers | None = None
    for part in needed:
        places = part.occurrences(among)
        places = places[(places & POSITION_MASK) >= part.start] - part.start
        starts = places if starts is None else starts[is_in(starts, places)]
        matched = messages_of(starts)
        among = matched.messages
    return matched


def _covering(parts: Sequence[PhrasePart], size: int) -> list[PhrasePart]:
    """The rarest parts that cover a phrase, the rarest first."""
    is_covered = np.zeros(size, bool)
    needed: list[PhrasePart] = []
    # Of two equally rare parts the longer one says more.
    for part in sorted(parts, key=lambda p: (p.is_beginning, p.posting_count, -p.size)):
        words = slice(part.start, part.start + part.size)
        if not is_covered[words].all():
            is_covered[words] = True
            needed.append(part)
    return needed
