"""Search results as cards with a snippet, the facts of the message and why it was found."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.state import links
from dashboard.state.reveal import reveal_state
from queries.display.covers import (
    flag_names,
    is_covered,
    is_flagged,
    is_maybe_flagged,
    verdict_note,
)
from queries.search.result_rows import message_verdict, readable_snippet
from queries.search.service import SearchResults
from queries.search.similarity_floor import similarity_text
from queries.search.snippets import Snippet
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

_RESULTS = custom_component(__name__)

_REASONS = {
    "words": "contains the words",
    "meaning": "close in meaning",
    "both": "contains the words, close in meaning",
}


def show_search_results(
    results: SearchResults,
    *,
    first: int,
    is_uncovered: bool,
    on_like: Callable[[str, int], None] | None,
) -> None:
    """Draw a page of results.

    Args:
        results: a page of results.
        first: rank of the first result, from 1.
        is_uncovered: whether to show flagged messages.
        on_like: called with a conversation and a turn to search for similar messages; None if the
            index has no vectors.
    """
    key = "search_results"

    def liked() -> None:
        conversation_id, _, turn = str(st.session_state[key].liked).rpartition(":")
        if on_like is not None and turn.isdecimal():
            on_like(conversation_id, int(turn))

    def card(row: dict[str, Any]) -> dict[str, Any]:
        snippet = readable_snippet(row, results.terms, is_uncovered=is_uncovered)
        return _card(
            row,
            snippet,
            is_fused=results.words_total not in (None, results.total),
            is_uncovered=is_uncovered,
        )

    _RESULTS(
        key=key,
        data={
            "first": first,
            "hasLike": on_like is not None,
            "results": _folded([card(row) for row in records(results.rows)]),
        },
        on_liked_change=liked,
    )


def _folded(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fold cards that repeat the message of the card before into it, each as a link."""
    folded: list[dict[str, Any]] = []
    for card in cards:
        if folded and all(
            folded[-1][name] == card[name] for name in ("pieces", "role", "isCovered")
        ):
            folded[-1]["repeats"].append(
                {name: card[name] for name in ("href", "model", "language", "turn")}
            )
        else:
            folded.append({**card, "repeats": []})
    return folded


def _card(
    row: dict[str, Any],
    snippet: Snippet,
    *,
    is_fused: bool,
    is_uncovered: bool,
) -> dict[str, Any]:
    conversation_id, turn = str(row["conversation_id"]), int(row["turn_number"])
    message = message_verdict(row)
    similarity = row["similarity"]
    return {
        "href": links.conversation_link(conversation_id, turn=turn),
        "id": f"{conversation_id}:{turn}",
        "isLastRead": conversation_id in reveal_state().conversation_ids[:1],
        "role": "" if pd.isna(row["role"]) else escape_control_characters(str(row["role"])),
        "turn": f"turn {turn:,} of {formats.count(row['turn_count'])}",
        "model": escape_control_characters(formats.name(row["model"])),
        "language": escape_control_characters(formats.name(row["language"])),
        "flags": flag_names(message),
        "unknown": verdict_note(message),
        "elsewhere": _elsewhere(row, message),
        "isCovered": is_covered(message, is_uncovered=is_uncovered),
        "pieces": list(_runs(snippet)) or [["(no text)", False]],
        "found": _reason(row, is_fused=is_fused),
        "similarity": None if pd.isna(similarity) else round(float(similarity), 4),
        "likeness": "" if pd.isna(similarity) else similarity_text(float(similarity)),
        "isUser": row["role"] == "user",
    }


def _elsewhere(row: dict[str, Any], message: dict[str, Any]) -> str:
    """What to say of other messages of the conversation that are flagged."""
    if is_maybe_flagged(message):
        return "flagged in a message that is not known"
    is_elsewhere = is_flagged({"is_flagged": row["is_flagged"]}) and not is_flagged(message)
    return "flagged elsewhere in the conversation" if is_elsewhere else ""


def _reason(row: dict[str, Any], *, is_fused: bool) -> str:
    if is_fused:
        return _REASONS[str(row["found_by"])]
    return f"score {row['score']:.1f}" if row["found_by"] == "words" else ""


def _runs(snippet: Snippet) -> Iterator[list[Any]]:
    """Runs of text, and whether each is highlighted; adjacent highlights are one run."""
    at = 0
    for start, end in snippet.highlights:
        if start > at:
            yield [snippet.text[at:start], False]
        yield [snippet.text[start:end], True]
        at = end
    if at < len(snippet.text):
        yield [snippet.text[at:], False]
