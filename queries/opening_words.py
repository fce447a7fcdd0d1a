"""The words of openings, many of them counted by a process of its own: 7 µs each."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
import pyarrow as pa

from queries.masking import EMAIL_ADDRESS
from queries.processes import Process, serve
from queries.words import words

IN_PLACE_MAX = 5_000
"""So many openings are counted sooner than a process has started."""

_SENT = pa.schema([("opening", pa.string()), ("is_flagged", pa.bool_())])
_COUNTED = pa.schema([("word", pa.string()), ("count", pa.int64()), ("flagged", pa.int64())])


@dataclass(frozen=True, slots=True)
class Counted:
    """The words of some openings.

    Attributes:
        counts: in how many openings each word stands.
        flagged: the same of those with a flagged user message.
        texts: openings that were read.
    """

    counts: Counter[str]
    flagged: Counter[str]
    texts: int


class Count(Protocol):
    """Counts the words of openings."""

    def __call__(self, openings: pd.DataFrame) -> Counted:
        """The words of the rows of ``sql/sampled_openings.sql``."""
        ...


@contextmanager
def counting(openings: int) -> Iterator[Count]:
    """What counts the words of so many openings."""
    if openings <= IN_PLACE_MAX:
        yield lambda openings: _counted(_batch(openings))
        return
    process = Process("queries.opening_words", "serve_words")

    def count(openings: pd.DataFrame) -> Counted:
        found = process.answer(_batch(openings))
        named = found["word"].to_pylist()
        columns = (found[name].to_pylist() for name in ("count", "flagged"))
        counts, flagged = (Counter(dict(zip(named, column, strict=True))) for column in columns)
        return Counted(counts, +flagged, len(openings))

    try:
        yield count
    finally:
        process.end()


def serve_words() -> None:
    """Count what comes from standard input, to its end: what a process of its own does."""
    serve(_COUNTED, lambda batch: _words_of(_counted(batch)))


def _counted(openings: pa.RecordBatch) -> Counted:
    counts: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    rows = zip(openings[0].to_pylist(), openings[1].to_pylist(), strict=True)
    for opening, is_flagged in rows:
        found = words(_bare(opening))
        counts.update(found)
        if is_flagged:
            flagged.update(found)
    return Counted(counts, flagged, len(openings))


def _batch(rows: pd.DataFrame) -> pa.RecordBatch:
    columns = (pa.chunked_array(rows[field.name], field.type) for field in _SENT)
    return pa.record_batch([column.combine_chunks() for column in columns], schema=_SENT)


def _words_of(counted: Counted) -> pa.RecordBatch:
    flagged = [counted.flagged[word] for word in counted.counts]
    columns = [list(counted.counts), list(counted.counts.values()), flagged]
    return pa.record_batch(columns, schema=_COUNTED)


def _bare(opening: str) -> str:
    """An opening without the names in e-mail addresses; numbers are no words anyway."""
    return EMAIL_ADDRESS.sub(" ", opening) if "@" in opening else opening
