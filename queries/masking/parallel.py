"""Masking of whole columns, in one worker process per core.

Masking takes time in proportion to the text and holds the GIL, so threads would not help.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import pyarrow as pa

from queries.masking.pipeline import drop_partial_secret, masked, masked_prefix, with_placeholders
from queries.runtime.worker_process import arrow_workers, serve_batches
from queries.schema import OPENING_CHARS
from queries.text.word_lines import word_line

TextKind = Literal["whole", "opening", "searchable", "searchable_opening", "opening_words"]
"""A complete text, or an opening that may have been truncated: to be shown, or to be searched.

In a text to be searched a hit becomes a placeholder character, so that nobody finds "[password]".
The words of an opening that is masked already are a line without accents, each between spaces.
"""

INLINE_CONVERSATIONS_MAX = 500
INLINE_OPENINGS_MAX = 10_000
"""Up to this many texts are masked in this process: starting workers takes longer."""

_COLUMN = pa.schema([("text", pa.string())])


class ColumnMask(Protocol):
    """Masks a column of texts."""

    def __call__(self, texts: pa.ChunkedArray | pa.Array) -> pa.Array:
        """Return the masked texts in the same order; nulls stay null."""
        ...


def unmasked(texts: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The texts as one array, without masking."""
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def mask_column(texts: pa.ChunkedArray | pa.Array, kind: TextKind = "whole") -> pa.Array:
    """Mask each distinct text of a column once. Invalid UTF-8 becomes U+FFFD."""
    distinct = unmasked(texts.cast(pa.binary())).dictionary_encode()
    decoded = (text.decode(errors="replace") for text in distinct.dictionary.to_pylist())
    return pa.array([_masked(text, kind) for text in decoded], pa.string()).take(distinct.indices)


@contextmanager
def mask_workers(kind: TextKind, conversations: int) -> Iterator[ColumnMask]:
    """A function that masks columns, with worker processes if there are many conversations.

    Each worker serves one caller at a time; up to one thread per core can call it at once.

    Args:
        kind: what the texts are.
        conversations: how many conversations are to be masked.
    """
    is_short = kind in ("opening", "searchable_opening", "opening_words")
    if conversations <= (INLINE_OPENINGS_MAX if is_short else INLINE_CONVERSATIONS_MAX):
        yield lambda texts: mask_column(texts, kind)
        return
    with arrow_workers("queries.masking.parallel", "serve_masks", kind) as transform:
        yield lambda texts: transform(pa.record_batch([unmasked(texts)], schema=_COLUMN))[0]


def serve_masks(kind: TextKind) -> None:
    """The main loop of a worker process: mask the batches on standard input."""

    def mask(batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.record_batch([mask_column(batch[0], kind)], schema=_COLUMN)

    serve_batches(_COLUMN, mask)


def _masked(text: str, kind: TextKind) -> str:
    if kind == "opening_words":
        return f" {word_line(text)} "
    is_cut = kind in ("opening", "searchable_opening") and len(text) == OPENING_CHARS
    if kind in ("searchable", "searchable_opening"):
        return with_placeholders(drop_partial_secret(text) if is_cut else text)
    return masked_prefix(text) if is_cut else masked(text)
