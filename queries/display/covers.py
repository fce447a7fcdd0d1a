"""Covers: which flagged texts are hidden until a reader asks for them, and what stands there.

Where the moderation entries of a conversation cannot be dealt to its messages, any of them may be
the flagged one, so all of them are covered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

REVEALED_ONE_BY_ONE = "sexual/minors"
"""Messages of this category are revealed one at a time, never together with others."""

NO_VERDICT = "no verdict"
"""What stands where flags would stand, if it is unknown whether there are any."""


def cover_text(categories: Iterable[str]) -> str:
    """The line that replaces a covered text, e.g. "Covered: flagged as hate, violence"."""
    return f"Covered: {flag_text(categories)}"


def row_cover_text(row: Mapping[str, Any]) -> str:
    """The cover of a message or conversation, e.g. "Covered: perhaps flagged as hate"."""
    flags = flag_text(cover_categories(row))
    return f"Covered: {'perhaps ' if is_maybe_flagged(row) else ''}{flags}"


def list_cover_text(row: Mapping[str, Any]) -> str:
    """The cover of a row in a list; says where a text that stays covered here can be revealed."""
    where = "; shown only message by message, in the conversation" if is_always_covered(row) else ""
    return f"{row_cover_text(row)}{where}"


def flag_text(categories: Iterable[str]) -> str:
    """The flags of a message in words, e.g. "flagged as hate, violence"."""
    names = ", ".join(categories)
    return f"flagged as {names}" if names else "flagged"


def flag_names(row: Mapping[str, Any]) -> list[str]:
    """The categories a row is flagged as; just "flagged" if it is flagged without a category."""
    return flagged_categories(row) or (["flagged"] if is_flagged(row) else [])


def verdict_note(row: Mapping[str, Any]) -> str:
    """What to say of a message or conversation whose verdict is unknown; else empty."""
    return NO_VERDICT if pd.isna(row["is_flagged"]) and not flagged_categories(row) else ""


def is_flagged(row: Mapping[str, Any]) -> bool:
    """Whether a message or conversation is flagged, or has a flagged category."""
    is_so = not pd.isna(row["is_flagged"]) and bool(row["is_flagged"])
    return is_so or len(flagged_categories(row)) > 0


def is_maybe_flagged(row: Mapping[str, Any]) -> bool:
    """Whether a message may be the flagged one of its conversation; nobody knows which it is."""
    return bool(row.get("is_maybe_flagged", False))


def is_sensitive(row: Mapping[str, Any]) -> bool:
    """Whether a message or conversation is flagged, has a flagged category, or may be flagged."""
    return is_flagged(row) or is_maybe_flagged(row)


def is_always_covered(row: Mapping[str, Any]) -> bool:
    """Whether a message or conversation stays covered when all flagged texts are revealed.

    Also true without a ``flagged_categories`` column: it might hold `REVEALED_ONE_BY_ONE`.
    """
    return "flagged_categories" not in row or REVEALED_ONE_BY_ONE in cover_categories(row)


def is_covered(row: Mapping[str, Any], *, is_uncovered: bool) -> bool:
    """Whether a row is covered in a list or a conversation, where several rows are shown.

    Args:
        row: a mapping with ``is_flagged`` and ``flagged_categories``.
        is_uncovered: the reader has revealed all flagged texts.
    """
    return is_sensitive(row) and (not is_uncovered or is_always_covered(row))


def cover_categories(row: Mapping[str, Any]) -> list[str]:
    """The categories that a text is covered for: its own, or of entries that may be about it."""
    return list(row["cover_categories"]) if is_maybe_flagged(row) else flagged_categories(row)


def flagged_categories(row: Mapping[str, Any]) -> list[str]:
    """The flagged categories of a row; empty if its query does not return them."""
    return list(row.get("flagged_categories", ()))
