"""The payload of a message for the browser: covered or readable, masked, truncated, with scores."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal

import pandas as pd

from dashboard import formats
from dashboard.process.text_caches import clear_on_removal
from dashboard.rich_text.message import message_nodes
from dashboard.rich_text.nodes import TextNode
from dashboard.state.reveal import Spot
from queries.display.covers import (
    flag_names,
    is_always_covered,
    is_covered,
    row_cover_text,
    verdict_note,
)
from queries.masking.pipeline import drop_partial_secret, with_placeholders
from queries.masking.placeholders import escape_placeholders
from queries.schema import CATEGORIES, column_suffix
from queries.serialisation.json_values import map_leaves
from queries.text.control_characters import escape_control_characters

TextMode = Literal["plain", "rendered", "published"]
"""How to show texts: as written, with Markdown rendered, or as the published JSON."""

FOLD_CHARS = 6_000
"""Longer messages are truncated until the reader expands them."""

FOLDED_CHARS = 3_000
"""Characters shown of a truncated message."""

SHOWN_CHARS_MAX = 2_000_000
"""Maximum characters sent to the browser; downloads have all of them."""

# To mask secrets that span the cut, so many characters beyond it are read as well. A secret that
# the end of these cuts in half is at most _LONGEST_SECRET long.
_BEYOND_CUT = 4_000
_LONGEST_SECRET = 500
_BODIES_CACHED = 512

_SCORES = [f"score_{column_suffix(category)}" for category in CATEGORIES]


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to show the messages of a conversation.

    Attributes:
        mode: as written, as Markdown, or as published.
        is_uncovered: flagged ones too, but those that stay covered.
        is_unmasked: contact data and keys too.
        uncovered: flagged messages that are shown in any case.
        unfolded: long messages that are shown whole.
    """

    mode: TextMode
    is_uncovered: bool = False
    is_unmasked: bool = False
    uncovered: Collection[Spot] = ()
    unfolded: Collection[Spot] = ()


def message_payload(
    row: Mapping[str, Any],
    conversation_id: str,
    options: RenderOptions,
    *,
    is_loaded: bool,
    published: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The payload from which the script draws a message.

    Args:
        row: a row of ``sql/messages.sql``.
        conversation_id: the conversation of the message.
        options: how to show it.
        is_loaded: whether to send its text, or only its header.
        published: the message and its verdict as published, for the mode "published".
    """
    index = int(row["message_index"])
    is_open = (conversation_id, index) in options.uncovered
    is_hidden = not is_open and is_covered(row, is_uncovered=options.is_uncovered)
    role = "(no role)" if pd.isna(row["role"]) else escape_control_characters(str(row["role"]))
    payload = {
        "key": f"{conversation_id}:{index}",
        "index": index,
        "turn": int(row["turn_number"]),
        "role": role,
        "kind": role if role in ("user", "assistant") else "other",
        "size": "" if pd.isna(row["text_chars"]) else f"{formats.count(row['text_chars'])} chars",
        "chars": 0 if pd.isna(row["text_chars"]) else int(row["text_chars"]),
        "flags": flag_names(row),
        "unknown": verdict_note(row),
        "verdict": _verdict(row),
        "scores": message_scores(row),
        "cover": row_cover_text(row) if is_hidden else "",
        "staysCovered": is_hidden and is_always_covered(row),
        "nodes": None,
        "isCut": False,
        "isWhole": False,
    }
    if is_loaded and not is_hidden:
        is_whole = (conversation_id, index) in options.unfolded
        text = row["text"] if isinstance(row["text"], str) else ""
        if options.mode == "published":
            # Mask before encoding as JSON, which escapes line ends.
            masked = map_leaves(published, partial(_masked_leaf, is_unmasked=options.is_unmasked))
            text = json.dumps(masked, indent=2, ensure_ascii=False)
        payload |= _body(text, options.mode, options.is_unmasked, is_whole)
    return payload


def message_scores(row: Mapping[str, Any]) -> list[float | None] | None:
    """The 11 published scores with four significant digits; None without a verdict."""
    scores = [row[name] for name in _SCORES]
    if all(pd.isna(score) for score in scores):
        return None
    return [
        float(f"{score:.4g}") if not pd.isna(score) and math.isfinite(score) else None
        for score in scores
    ]


def _verdict(row: Mapping[str, Any]) -> str:
    if pd.isna(row["is_flagged"]):
        return "no published verdict"
    return "published as flagged" if row["is_flagged"] else "published as not flagged"


# Cached, because each rerun of the transcript builds all loaded messages again.
@lru_cache(_BODIES_CACHED)
def _body(text: str, mode: TextMode, is_unmasked: bool, is_whole: bool) -> dict[str, Any]:
    limit = SHOWN_CHARS_MAX if is_whole else FOLDED_CHARS
    is_cut = len(text) > (SHOWN_CHARS_MAX if is_whole else FOLD_CHARS)
    visible = text
    if is_cut:
        end = limit + _BEYOND_CUT
        visible = text[: end - _LONGEST_SECRET]
        last = text[end - _LONGEST_SECRET : end]
        visible += last if is_unmasked else drop_partial_secret(last)
    if mode != "published":
        visible = _masked(visible, is_unmasked=is_unmasked)
    if is_cut:
        visible = _truncated(visible, limit)
    return {
        "nodes": _nodes(escape_control_characters(visible), mode),
        "isCut": is_cut,
        "isWhole": is_whole,
    }


clear_on_removal(_body.cache_clear)


def _masked(text: str, *, is_unmasked: bool) -> str:
    return escape_placeholders(text) if is_unmasked else with_placeholders(text)


def _masked_leaf(leaf: Any, *, is_unmasked: bool) -> Any:  # noqa: ANN401
    return _masked(leaf, is_unmasked=is_unmasked) if isinstance(leaf, str) else leaf


def _truncated(text: str, limit: int) -> str:
    """The text up to a limit, ending at a line or word boundary if there is one near."""
    start = text[:limit]
    if start == text:
        return text
    for end in ("\n", " "):
        at = start.rfind(end, limit // 2)
        if at > 0:
            return start[:at]
    return start


def _nodes(text: str, mode: TextMode) -> list[TextNode]:
    if mode == "published":
        # JSON escapes line ends, so no text in it can close the fence.
        return message_nodes(f"```json\n{text}\n```", text_format="plain")
    return message_nodes(text, text_format=mode)
