"""Results of a search as cards: the piece that was found, what is known of it, why it is there."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, url
from dashboard.components.registration import registered
from dashboard.reader import reader
from queries.reading import flags_named, is_covered, needs_cover, visible
from queries.records import records
from queries.search.index import SearchIndex
from queries.search.results import Found
from queries.search.shown import shown_snippet
from queries.search.snippets import Snippet

_RESULTS = registered("search_results")

_WAYS = {
    "words": "has the words",
    "meaning": "near in meaning",
    "both": "has the words and is near in meaning",
}


def show_search_results(
    found: Found,
    index: SearchIndex,
    *,
    first: int,
    is_uncovered: bool,
    on_like: Callable[[str, int], None] | None,
) -> None:
    """Draw a page of results.

    Args:
        found: the page.
        index: what it was found in.
        first: place of the first result among all, from 1.
        is_uncovered: show flagged messages.
        on_like: called with a conversation and a turn for what is like it; None where the index
            cannot say.
    """
    key = "search_results"

    def liked() -> None:
        conversation_id, _, turn = str(st.session_state[key].liked).rpartition(":")
        if on_like is not None and turn.isdecimal():
            on_like(conversation_id, int(turn))

    def card(row: dict[str, Any]) -> dict[str, Any]:
        piece = shown_snippet(
            row, found.wanted, index, is_uncovered=is_uncovered, is_unmasked=False
        )
        return _card(
            row,
            piece,
            is_fused=found.words_total not in (None, found.total),
            is_uncovered=is_uncovered,
        )

    _RESULTS(
        key=key,
        data={
            "first": first,
            "hasLike": on_like is not None,
            "results": _folded([card(row) for row in records(found.rows)]),
        },
        on_liked_change=liked,
    )


def _folded(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cards without those that repeat the message of the one before: a link each, in it."""
    kept: list[dict[str, Any]] = []
    for card in cards:
        if kept and all(kept[-1][name] == card[name] for name in ("pieces", "role", "isCovered")):
            kept[-1]["repeats"].append(
                {name: card[name] for name in ("href", "model", "language", "turn")}
            )
        else:
            kept.append({**card, "repeats": []})
    return kept


def _card(
    row: dict[str, Any],
    piece: Snippet,
    *,
    is_fused: bool,
    is_uncovered: bool,
) -> dict[str, Any]:
    conversation_id, turn = str(row["conversation_id"]), int(row["turn_number"])
    message = {
        "is_flagged": row["is_message_flagged"],
        "flagged_categories": row["message_categories"],
    }
    is_flagged = needs_cover(message)
    elsewhere = bool(row["is_flagged"]) and not is_flagged
    similarity = row["similarity"]
    return {
        "href": url.conversation_address(conversation_id, turn=turn),
        "id": f"{conversation_id}:{turn}",
        "isLastRead": conversation_id in reader().shown[:1],
        "role": "" if pd.isna(row["role"]) else visible(str(row["role"])),
        "turn": f"turn {turn:,} of {formats.count(row['turn_count'])}",
        "model": visible(formats.name(row["model"])),
        "language": visible(formats.name(row["language"])),
        "flags": flags_named(message),
        "elsewhere": "flagged elsewhere in it" if elsewhere else "",
        "isCovered": is_covered(message, is_uncovered=is_uncovered),
        "pieces": list(_pieces(piece)) or [["(no text)", False]],
        "found": _why(row, is_fused=is_fused),
        "similarity": None if pd.isna(similarity) else round(float(similarity), 4),
        "isUser": row["role"] == "user",
    }


def _why(row: dict[str, Any], *, is_fused: bool) -> str:
    if is_fused:
        return _WAYS[str(row["found_by"])]
    return f"score {row['score']:.1f}" if row["found_by"] == "words" else ""


def _pieces(piece: Snippet) -> Iterator[list[Any]]:
    """Runs of text, and of each whether it is marked; neighbouring marked words are one."""
    at = 0
    for start, end in piece.marks:
        if start > at:
            yield [piece.text[at:start], False]
        yield [piece.text[start:end], True]
        at = end
    if at < len(piece.text):
        yield [piece.text[at:], False]
