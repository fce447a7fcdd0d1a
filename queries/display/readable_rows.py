"""Query results as a reader may see them: flagged texts covered, contact data masked."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from queries.display.covers import (
    cover_text,
    is_covered,
    is_sensitive,
    list_cover_text,
    row_cover_text,
)
from queries.masking.pipeline import masked, masked_prefix
from queries.schema import OPENING_CHARS
from queries.serialisation.records import records


def readable_text(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The text of one row of ``sql/messages.sql``; empty if it is null.

    Args:
        row: the message.
        is_uncovered: the reader has revealed this message.
        is_unmasked: show contact data and secrets.
    """
    if is_sensitive(row) and not is_uncovered:
        return row_cover_text(row)
    return _masked_unless(is_unmasked, row["text"])


def readable_opening(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The opening of a row of ``sql/slice_rows.sql``; covered if any message of it is flagged.

    Lists cover a conversation as a whole. Its harmless messages are visible once it is opened.
    """
    if is_covered(row, is_uncovered=is_uncovered):
        return list_cover_text(row)
    opening = row["opening"]
    is_cut = isinstance(opening, str) and len(opening) == OPENING_CHARS
    return _masked_unless(is_unmasked, opening, masked_prefix if is_cut else masked)


def readable_word(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The word of a row of ``distinctive_words``; covered if it is common in flagged prompts."""
    return cover_text(()) if is_sensitive(row) and not is_uncovered else str(row["word"])


def _listed_text(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The text of a row of ``sql/messages.sql`` that is shown among others."""
    if is_covered(row, is_uncovered=is_uncovered):
        return list_cover_text(row)
    return readable_text(row, is_uncovered=True, is_unmasked=is_unmasked)


_READABLE = {"text": _listed_text, "opening": readable_opening, "word": readable_word}


def readable_rows(rows: pd.DataFrame, *, is_uncovered: bool, is_unmasked: bool) -> pd.DataFrame:
    """A copy of the rows of any query, with its text columns covered and masked."""
    result = rows.copy(deep=False)
    for column, readable in _READABLE.items():
        if column in rows.columns:
            result[column] = [
                readable(row, is_uncovered=is_uncovered, is_unmasked=is_unmasked)
                for row in records(rows)
            ]
    return result


def _masked_unless(is_unmasked: bool, text: Any, mask: Callable[[str], str] = masked) -> str:  # noqa: ANN401
    if not isinstance(text, str):
        return ""
    return text if is_unmasked else mask(text)
