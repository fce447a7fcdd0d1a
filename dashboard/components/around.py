"""What stands around a conversation: others with the same first prompt, others near in meaning."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats, searching, session, url
from dashboard.components.registration import registered
from queries.conversations import slice_rows
from queries.errors import DataError
from queries.filters import Filters
from queries.reading import flags_named, visible
from queries.records import records
from queries.search.shown import shown_snippet

OTHERS_SHOWN = 300
"""Conversations with the same first prompt that are named here; a link leads to all of them."""

NEIGHBOURS_SHOWN = 5

_AROUND = registered("around")


def show_around(facts: Mapping[str, Any]) -> None:
    """Draw both; nothing where there is neither."""
    conversation_id = str(facts["conversation_id"])
    sections = [*_same_prompt(conversation_id, facts), *_neighbours(conversation_id)]
    if sections:
        _AROUND(key="around", data={"sections": sections})


def _same_prompt(conversation_id: str, facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if pd.isna(facts["prompt_group_size"]) or facts["prompt_group_size"] < 2:
        return
    group = Filters(prompt_group=int(facts["prompt_group"]))
    rows = session.rows(slice_rows, group, sort="model", row_limit=OTHERS_SHOWN + 1)
    others = [row for row in records(rows) if row["conversation_id"] != conversation_id]
    count = int(facts["prompt_group_size"]) - 1
    shown = others[:OTHERS_SHOWN]
    is_all = len(shown) == count
    yield {
        "title": "Same first prompt",
        "note": f"{formats.conversations(count)}, by model"
        + ("" if is_all else f"; the first {len(shown)} of them"),
        "all": None if is_all else url.slice_address(group),
        "items": [_other(row, conversation_id) for row in shown],
    }


def _other(row: Mapping[str, Any], conversation_id: str) -> dict[str, Any]:
    other = str(row["conversation_id"])
    said = [formats.turns(row["turn_count"]), f"{formats.count(row['response_chars'])} characters"]
    return {
        "title": visible(formats.name(row["model"])),
        "detail": ", ".join(said),
        "flags": flags_named(row),
        "text": "",
        "href": url.conversation_address(other),
        "beside": url.conversation_address(conversation_id, beside=other),
    }


def _neighbours(conversation_id: str) -> Iterator[dict[str, Any]]:
    if not session.store().has_vectors:
        return
    like = searching.Asked(
        "", "meaning", "any", is_exact=False, like_id=conversation_id, like_turn=None
    )
    try:
        found = searching.found(like, Filters(), NEIGHBOURS_SHOWN, 0)
    except DataError as error:
        yield {"title": "Near in meaning", "note": str(error), "all": None, "items": []}
        return
    if found.rows.empty:
        return
    index = searching.index()

    def item(row: dict[str, Any]) -> dict[str, Any]:
        piece = shown_snippet(row, found.wanted, index, is_uncovered=False, is_unmasked=False)
        return {
            "title": visible(formats.name(row["model"])),
            "detail": f"similarity {row['similarity']:.2f}",
            "flags": [],
            "text": piece.text or "(no text)",
            "href": url.conversation_address(
                str(row["conversation_id"]), turn=int(row["turn_number"])
            ),
            "beside": url.conversation_address(conversation_id, beside=str(row["conversation_id"])),
        }

    yield {
        "title": "Near in meaning",
        "note": "user messages that mean about the same, of the whole store",
        "all": None,
        "items": [item(row) for row in records(found.rows)],
    }
