"""Related conversations: those with the same first prompt, and those close in meaning."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.process.public_errors import public_text
from dashboard.state import links, search_request, session
from queries.conversations.listing import slice_rows
from queries.display.covers import flag_names
from queries.errors import DataError
from queries.filters import Filters
from queries.search.result_rows import readable_snippet
from queries.search.similarity_floor import nearness_floor, nothing_near, similarity_text
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

OTHERS_SHOWN = 300
"""Conversations listed with the same first prompt; a link lists all of them."""

NEIGHBOURS_SHOWN = 5

_RELATED = custom_component(__name__)


def show_related(facts: Mapping[str, Any]) -> None:
    """Draw both lists; nothing if both are empty."""
    conversation_id = str(facts["conversation_id"])
    sections = [*_same_prompt(conversation_id, facts), *_neighbours(conversation_id)]
    if sections:
        _RELATED(key="related", data={"sections": sections})


def _same_prompt(conversation_id: str, facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if pd.isna(facts["prompt_group_size"]) or facts["prompt_group_size"] < 2:
        return
    group = Filters(prompt_group=int(facts["prompt_group"]))
    rows = session.rows(slice_rows, group, sort="model", row_limit=OTHERS_SHOWN + 1)
    others = [row for row in records(rows) if row["conversation_id"] != conversation_id]
    count = int(facts["prompt_group_size"]) - 1
    listed = others[:OTHERS_SHOWN]
    is_all = len(listed) == count
    yield {
        "title": "Same first prompt",
        "note": f"{formats.conversations(count)}, by model"
        + ("" if is_all else f"; the first {len(listed)} are listed"),
        "all": None if is_all else links.slice_link(group),
        "items": [_other(row, conversation_id) for row in listed],
    }


def _other(row: Mapping[str, Any], conversation_id: str) -> dict[str, Any]:
    other = str(row["conversation_id"])
    details = [
        formats.turns(row["turn_count"]),
        f"{formats.count(row['response_chars'])} characters",
    ]
    return {
        "title": escape_control_characters(formats.name(row["model"])),
        "detail": ", ".join(details),
        "flags": flag_names(row),
        "text": "",
        "href": links.conversation_link(other),
        "beside": links.conversation_link(conversation_id, beside=other),
    }


def _neighbours(conversation_id: str) -> Iterator[dict[str, Any]]:
    if not session.store().has_vectors:
        return
    like = search_request.SearchRequest(
        "", "meaning", "any", is_exact=False, like_id=conversation_id, like_turn=None
    )
    try:
        results = search_request.search_results(like, Filters(), NEIGHBOURS_SHOWN, 0)
    except DataError as error:
        yield {"title": "Close in meaning", "note": public_text(error), "all": None, "items": []}
        return
    if results.rows.empty:
        return

    def item(row: dict[str, Any]) -> dict[str, Any]:
        snippet = readable_snippet(row, results.terms, is_uncovered=False)
        return {
            "title": escape_control_characters(formats.name(row["model"])),
            "detail": f"similarity {similarity_text(row['similarity'])}",
            "flags": [],
            "text": snippet.text or "(no text)",
            "href": links.conversation_link(
                str(row["conversation_id"]), turn=int(row["turn_number"])
            ),
            "beside": links.conversation_link(conversation_id, beside=str(row["conversation_id"])),
        }

    model = (session.store().index_facts or {}).get("model")
    floor = nearness_floor(model) or 0
    yield {
        "title": "Close in meaning",
        "note": nothing_near(float(results.rows["similarity"].max()), model)
        or "user messages with a similar meaning in the whole store",
        "all": None,
        "items": [item(row) for row in records(results.rows) if row["similarity"] >= floor],
    }
