"""How a stored text is given to a reader: covered when flagged, contact data masked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from queries.masking import masked, masked_cut
from queries.records import records
from queries.schema import OPENING_CHARS

SHOWN_ALONE = "sexual/minors"
"""A message of this category is uncovered by itself only, never with others."""

_VISIBLE = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {
    code: f"[U+{code:04X}]"
    for code in (
        *range(0x7F, 0xA0),  # delete, and the second set of control characters
        *(0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),  # marks without width
        *range(0x202A, 0x202F),  # bidi embeddings and overrides
        *range(0x2066, 0x206A),  # bidi isolates
        *range(0xE0000, 0xE0080),  # tags, invisible letters
    )
}


def cover_text(categories: Iterable[str]) -> str:
    """A line that says why a text is covered, e.g. "Covered: flagged as hate, violence"."""
    return f"Covered: {flag_text(categories)}"


def list_cover_text(row: Mapping[str, Any]) -> str:
    """The same in a list, where what stays covered says where it can be uncovered."""
    where = "; shown only message by message, in the conversation" if stays_covered(row) else ""
    return f"{cover_text(_categories(row))}{where}"


def flag_text(categories: Iterable[str]) -> str:
    """What a message is flagged as, e.g. "flagged as hate, violence"."""
    named = ", ".join(categories)
    return f"flagged as {named}" if named else "flagged"


def flags_named(row: Mapping[str, Any]) -> list[str]:
    """What a row is flagged as, one by one; "flagged" where that is in no category."""
    return _categories(row) or (["flagged"] if needs_cover(row) else [])


def needs_cover(row: Mapping[str, Any]) -> bool:
    """Whether a message, or a conversation as a whole, is flagged, or is in some category."""
    is_flagged = not pd.isna(row["is_flagged"]) and bool(row["is_flagged"])
    return is_flagged or len(_categories(row)) > 0


def stays_covered(row: Mapping[str, Any]) -> bool:
    """Whether a message, or a conversation as a whole, is not uncovered together with others.

    So is a row whose query does not say its categories: they may hold `SHOWN_ALONE`.
    """
    return "flagged_categories" not in row or SHOWN_ALONE in _categories(row)


def is_covered(row: Mapping[str, Any], *, is_uncovered: bool) -> bool:
    """Whether a row is covered where a reader sees several: a list, a conversation.

    Args:
        row: with ``is_flagged`` and ``flagged_categories``.
        is_uncovered: the reader asked for all that is flagged.
    """
    return needs_cover(row) and (not is_uncovered or stays_covered(row))


def _categories(row: Mapping[str, Any]) -> list[str]:
    """The categories of a row; some queries say only that there is a flag."""
    return list(row.get("flagged_categories", ()))


def readable_text(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The text of one row of ``sql/messages.sql``; empty where it is null.

    Args:
        row: the message.
        is_uncovered: the reader asked for this one message.
        is_unmasked: contact data is shown.
    """
    if needs_cover(row) and not is_uncovered:
        return cover_text(_categories(row))
    return _unless(is_unmasked, row["text"])


def readable_opening(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The opening of a row of ``sql/slice_rows.sql``, covered when anything in it is flagged.

    A conversation is covered as a whole in a list: what is harmless about a flagged one shows when
    it is opened.
    """
    if is_covered(row, is_uncovered=is_uncovered):
        return list_cover_text(row)
    opening = row["opening"]
    is_cut = isinstance(opening, str) and len(opening) == OPENING_CHARS
    return _unless(is_unmasked, opening, masked_cut if is_cut else masked)


def readable_word(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The word of a row of ``telling_words``, covered where many flagged prompts have it."""
    return cover_text(()) if needs_cover(row) and not is_uncovered else str(row["word"])


def _listed_text(row: Mapping[str, Any], *, is_uncovered: bool, is_unmasked: bool) -> str:
    """The text of one of several rows of ``sql/messages.sql``."""
    if is_covered(row, is_uncovered=is_uncovered):
        return list_cover_text(row)
    return readable_text(row, is_uncovered=True, is_unmasked=is_unmasked)


_READABLE = {"text": _listed_text, "opening": readable_opening, "word": readable_word}


def readable_rows(rows: pd.DataFrame, *, is_uncovered: bool, is_unmasked: bool) -> pd.DataFrame:
    """Rows of any query, with the texts in them as they are given to a reader of them all."""
    given = rows.copy(deep=False)
    for column, readable in _READABLE.items():
        if column in rows.columns:
            given[column] = [
                readable(row, is_uncovered=is_uncovered, is_unmasked=is_unmasked)
                for row in records(rows)
            ]
    return given


def _unless(is_unmasked: bool, text: Any, mask: Callable[[str], str] = masked) -> str:  # noqa: ANN401
    if not isinstance(text, str):
        return ""
    return text if is_unmasked else mask(text)


def visible(text: str) -> str:
    """The text with characters that have no shape, or turn others round, as marks that can be seen.

    Zero-width joiners stay: Persian, Hindi and emoji are written with them.
    """
    return text.replace("\r\n", "\n").translate(_VISIBLE)
