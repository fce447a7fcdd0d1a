"""Merge the words of all segments into the index of words."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from queries.prepare.index.postings_writer import Occurrences, PostingsWriter
from queries.search.word_postings import WordPostings

_Integers = npt.NDArray[np.integer[Any]]

RANGE_OCCURRENCES = 16_000_000
"""About how many occurrences are merged at once: each takes 50 bytes of memory."""


class _Part(NamedTuple):
    """Words of one segment, and the message and position of each occurrence, word by word."""

    words: list[str]
    sizes: _Integers
    messages: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]


def merge_words(segments: Sequence[Path], folder: Path, merged: Callable[[int, int], None]) -> None:
    """Merge the words of segments.

    Args:
        segments: the folders of words, in the order of their messages.
        folder: where to write.
        merged: is told after each range of words how many ranges of how many are done.
    """
    borders = _borders(segments)
    ranges = [_ranges(WordPostings(path), borders) for path in segments]
    with PostingsWriter(folder) as writer:
        for number in range(len(borders) + 1):
            of_segments = ((path, of[number]) for path, of in zip(segments, ranges, strict=True))
            writer.append(_merged([_part(path, words) for path, words in of_segments if words]))
            merged(number + 1, len(borders) + 1)


def _borders(segments: Sequence[Path]) -> list[str]:
    """The first word of each range but the first."""
    groups = sorted(group for path in segments for group in WordPostings(path).groups())
    ends = np.cumsum([occurrences for _, occurrences in groups] or [0])
    cuts = np.flatnonzero(np.diff(ends // RANGE_OCCURRENCES)) + 1
    return list(dict.fromkeys(groups[cut][0] for cut in cuts.tolist()))


def _ranges(segment: WordPostings, borders: Sequence[str]) -> list[range]:
    """The numbers of the words of a segment in each range."""
    cuts = [0, *map(segment.find_first, borders), segment.word_count]
    return [range(first, last) for first, last in pairwise(cuts)]


def _part(path: Path, numbers: range) -> _Part:
    """Some words of a segment."""
    segment = WordPostings(path)
    postings = segment.postings(numbers)
    sizes = segment.occurrence_counts(numbers)
    start = postings.first_occurrence
    positions = segment.positions(start, start + int(sizes.sum()))
    messages = np.repeat(postings.messages, postings.counts)
    return _Part(
        segment.words(numbers), sizes, messages.astype(np.int32), positions.astype(np.int32)
    )


def _merged(parts: Sequence[_Part]) -> Occurrences:
    words = sorted(set[str]().union(*(part.words for part in parts)))
    number_of = {word: number for number, word in enumerate(words)}
    # NumPy sorts numbers of 16 bits by radix.
    dtype = np.uint16 if len(words) <= 2**16 else np.int32
    numbers = _joined(_numbers(parts, number_of), dtype)
    messages = _joined((part.messages for part in parts), np.int32)
    positions = _joined((part.positions for part in parts), np.int32)
    if len(parts) > 1:
        order = np.argsort(numbers, kind="stable")
        numbers, messages, positions = numbers[order], messages[order], positions[order]
    return Occurrences(words, numbers.astype(np.int32), messages, positions)


def _numbers(parts: Sequence[_Part], number_of: dict[str, int]) -> Iterator[_Integers]:
    for part in parts:
        yield np.repeat([number_of[word] for word in part.words], part.sizes)


def _joined(arrays: Iterator[_Integers], dtype: type) -> _Integers:
    return np.concatenate([np.empty(0, dtype), *(array.astype(dtype) for array in arrays)])
