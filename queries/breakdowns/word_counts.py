"""Counts of words, or of phrases of two, in openings; in a worker process if there are many.

Words of an opening take 7 µs, phrases several times as much. What stands in place of contact data
counts as one word by its kind, such as ``[email address]``, and a redacted name as ``[name]``.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd
import pyarrow as pa

from queries.masking.emails import EMAIL_ADDRESS
from queries.masking.placeholders import PLACEHOLDERS
from queries.runtime.worker_process import ArrowWorker, serve_batches
from queries.text.phrases import phrases
from queries.text.telling_words import telling_words

WordUnit = Literal["words", "phrases"]
"""What is counted."""

IN_PLACE_MAX = 5_000
"""Up to so many openings, counting takes less time than starting a process."""

_REDACTED_NAME = re.compile(r"NAME_\d+")
_INPUT_SCHEMA = pa.schema([("opening", pa.string()), ("is_flagged", pa.bool_())])
_OUTPUT_SCHEMA = pa.schema(
    [("word", pa.string()), *((name, pa.int64()) for name in ("count", "flagged", "judged"))]
)


@dataclass(frozen=True, slots=True)
class WordCounts:
    """The words of some openings.

    Attributes:
        counts: for each word, the number of openings that contain it.
        flagged: the same, for openings of conversations with a flagged user message.
        judged: the same, for openings of conversations of which that is known.
        texts: the number of openings.
    """

    counts: Counter[str]
    flagged: Counter[str]
    judged: Counter[str]
    texts: int


class Count(Protocol):
    """Counts the words of openings."""

    def __call__(self, openings: pd.DataFrame) -> WordCounts:
        """Count the words in rows of ``sql/sampled_openings.sql``."""
        ...


@contextmanager
def word_counter(openings: int, unit: WordUnit = "words") -> Iterator[Count]:
    """A function that counts words or phrases.

    Args:
        openings: how many openings there are to count, over all calls.
        unit: what to count.
    """
    if openings <= IN_PLACE_MAX:
        yield lambda openings: _count_words(_batch(openings), _UNITS[unit])
        return
    process = ArrowWorker("queries.breakdowns.word_counts", f"serve_{unit}")

    def count(openings: pd.DataFrame) -> WordCounts:
        table = process.transform(_batch(openings))
        names = table["word"].to_pylist()
        columns = (table[name].to_pylist() for name in ("count", "flagged", "judged"))
        counts, flagged, judged = (
            Counter(dict(zip(names, column, strict=True))) for column in columns
        )
        return WordCounts(counts, +flagged, +judged, len(openings))

    try:
        yield count
    finally:
        process.kill()


def serve_words() -> None:
    """The worker process: count the words of batches from standard input until it ends."""
    serve_batches(_OUTPUT_SCHEMA, lambda batch: _as_batch(_count_words(batch, _words)))


def serve_phrases() -> None:
    """The worker process: the same for phrases of two words."""
    serve_batches(_OUTPUT_SCHEMA, lambda batch: _as_batch(_count_words(batch, _phrases)))


def _count_words(
    openings: pa.RecordBatch, words_of: Callable[[str], Collection[str]]
) -> WordCounts:
    counts: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    rows = zip(openings[0].to_pylist(), openings[1].to_pylist(), strict=True)
    for opening, is_flagged in rows:
        opening_words = words_of(_without_addresses(opening))
        counts.update(opening_words)
        if is_flagged:
            flagged.update(opening_words)
        if is_flagged is not None:
            judged.update(opening_words)
    return WordCounts(counts, flagged, judged, len(openings))


def _batch(rows: pd.DataFrame) -> pa.RecordBatch:
    columns = (pa.chunked_array(rows[field.name], field.type) for field in _INPUT_SCHEMA)
    return pa.record_batch([column.combine_chunks() for column in columns], schema=_INPUT_SCHEMA)


def _as_batch(counts: WordCounts) -> pa.RecordBatch:
    names = list(counts.counts)
    columns = [
        names,
        list(counts.counts.values()),
        *([count[word] for word in names] for count in (counts.flagged, counts.judged)),
    ]
    return pa.record_batch(columns, schema=_OUTPUT_SCHEMA)


def _without_addresses(opening: str) -> str:
    """An opening without e-mail addresses, which contain names. Numbers are not words anyway."""
    return EMAIL_ADDRESS.sub(" ", opening) if "@" in opening else opening


def _words(opening: str) -> set[str]:
    """The words of an opening, and once each what stands for something that was taken out."""
    substitutes = set()
    if not opening.isascii():
        substitutes = {f"[{kind}]" for kind, sign in PLACEHOLDERS.items() if sign in opening}
    if "NAME_" in opening:
        opening, count = _REDACTED_NAME.subn(" ", opening)
        substitutes |= {"[name]"} if count else set()
    return telling_words(opening) | substitutes


def _phrases(opening: str) -> list[str]:
    """The phrases of two words of an opening; none goes over what was taken out."""
    return [phrase for phrase in phrases(opening) if " " in phrase]


_UNITS: dict[WordUnit, Callable[[str], Collection[str]]] = {"words": _words, "phrases": _phrases}
