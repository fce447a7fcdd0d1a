"""A message as the browser gets it: covered or not, masked, folded, its scores."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal

import pandas as pd

from dashboard import formats
from dashboard.reader import Spot
from dashboard.text import message_nodes
from dashboard.text.nodes import Node
from queries.masking import marked, without_cut_end, without_marks
from queries.plain_values import each_leaf
from queries.reading import cover_text, flags_named, is_covered, stays_covered, visible
from queries.schema import CATEGORIES, column_suffix

How = Literal["plain", "rendered", "published"]
"""How texts are shown: as written, as Markdown, or as the published JSON."""

FOLD_CHARS = 6_000
"""A longer message is folded."""

FOLDED_CHARS = 3_000
"""Characters of a folded message that are shown."""

SHOWN_CHARS_MAX = 2_000_000
"""Characters of a message that a browser is given; a download has all of them."""

# A key or an address that begins before the cut is recognised when this much of it is read; what
# the cut may have left half of is not longer than this, but for words of a script without spaces.
_BEYOND_CUT = 4_000
_LONGEST_SECRET = 500
_BODIES_REMEMBERED = 512

_SCORES = [f"score_{column_suffix(category)}" for category in CATEGORIES]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the messages of a conversation are shown.

    Attributes:
        how: as written, as Markdown, or as published.
        is_uncovered: flagged ones too, but those that stay covered.
        is_unmasked: contact data and keys too.
        uncovered: flagged messages that are shown in any case.
        unfolded: long messages that are shown whole.
    """

    how: How
    is_uncovered: bool = False
    is_unmasked: bool = False
    uncovered: Collection[Spot] = ()
    unfolded: Collection[Spot] = ()


def message(
    row: Mapping[str, Any],
    conversation_id: str,
    shown: Shown,
    *,
    is_reached: bool,
    published: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A row of ``sql/messages.sql`` as its script draws it.

    Args:
        row: the row.
        conversation_id: which conversation it is of.
        shown: how it is shown.
        is_reached: whether the reader has come to it; else its text is not sent yet.
        published: the message and its verdict as published, where these are shown.
    """
    index = int(row["message_index"])
    is_open = (conversation_id, index) in shown.uncovered
    is_hidden = not is_open and is_covered(row, is_uncovered=shown.is_uncovered)
    flags = list(row["flagged_categories"])
    role = "(no role)" if pd.isna(row["role"]) else visible(str(row["role"]))
    drawn = {
        "key": f"{conversation_id}:{index}",
        "index": index,
        "turn": int(row["turn_number"]),
        "role": role,
        "kind": role if role in ("user", "assistant") else "other",
        "size": "" if pd.isna(row["text_chars"]) else f"{formats.count(row['text_chars'])} chars",
        "chars": 0 if pd.isna(row["text_chars"]) else int(row["text_chars"]),
        "flags": flags_named(row),
        "verdict": _verdict(row),
        "scores": scores(row),
        "cover": cover_text(flags) if is_hidden else "",
        "staysCovered": is_hidden and stays_covered(row),
        "nodes": None,
        "isCut": False,
        "isWhole": False,
    }
    if is_reached and not is_hidden:
        is_whole = (conversation_id, index) in shown.unfolded
        text = row["text"] if isinstance(row["text"], str) else ""
        if shown.how == "published":
            # Before they are written as JSON, in which the end of a line is a letter.
            given = each_leaf(published, partial(_given_leaf, is_unmasked=shown.is_unmasked))
            text = json.dumps(given, indent=2, ensure_ascii=False)
        drawn |= _body(text, shown.how, shown.is_unmasked, is_whole)
    return drawn


def scores(row: Mapping[str, Any]) -> list[float | None] | None:
    """The 11 published scores, four digits each; None where there is no verdict."""
    found = [row[name] for name in _SCORES]
    if all(pd.isna(one) for one in found):
        return None
    return [
        float(f"{one:.4g}") if not pd.isna(one) and math.isfinite(one) else None for one in found
    ]


def _verdict(row: Mapping[str, Any]) -> str:
    if pd.isna(row["is_flagged"]):
        return "no published verdict"
    return "published as flagged" if row["is_flagged"] else "published as not flagged"


# Asked for again and again while a reader scrolls, uncovers and unfolds.
@lru_cache(_BODIES_REMEMBERED)
def _body(text: str, how: How, is_unmasked: bool, is_whole: bool) -> dict[str, Any]:
    limit = SHOWN_CHARS_MAX if is_whole else FOLDED_CHARS
    is_cut = len(text) > (SHOWN_CHARS_MAX if is_whole else FOLD_CHARS)
    given = text
    if is_cut:
        end = limit + _BEYOND_CUT
        given = text[: end - _LONGEST_SECRET]
        last = text[end - _LONGEST_SECRET : end]
        given += last if is_unmasked else without_cut_end(last)
    if how != "published":
        given = _given(given, is_unmasked=is_unmasked)
    if is_cut:
        given = _cut(given, limit)
    return {"nodes": _nodes(visible(given), how), "isCut": is_cut, "isWhole": is_whole}


def _given(text: str, *, is_unmasked: bool) -> str:
    return without_marks(text) if is_unmasked else marked(text)


def _given_leaf(leaf: Any, *, is_unmasked: bool) -> Any:  # noqa: ANN401
    return _given(leaf, is_unmasked=is_unmasked) if isinstance(leaf, str) else leaf


def _cut(text: str, limit: int) -> str:
    """The text up to a limit: to the last end of a line before it, or else of a word."""
    kept = text[:limit]
    if kept == text:
        return text
    for end in ("\n", " "):
        at = kept.rfind(end, limit // 2)
        if at > 0:
            return kept[:at]
    return kept


def _nodes(text: str, how: How) -> list[Node]:
    if how == "published":
        # In JSON no line of a text begins with a fence: its line ends are written out.
        return message_nodes(f"```json\n{text}\n```", how="plain")
    return message_nodes(text, how=how)
