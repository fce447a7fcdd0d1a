"""A page of conversations as a table; each row links to its conversation."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.state import links
from dashboard.state.reveal import reveal_state
from queries.display.covers import flag_names, is_covered, verdict_note
from queries.display.readable_rows import readable_opening
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

_LIST = custom_component(__name__)


def show_conversation_list(
    conversations: pd.DataFrame,
    *,
    sort: str,
    is_descending: bool,
    is_uncovered: bool,
    on_sort: Callable[[str], None],
    caption: str,
) -> None:
    """Draw the rows of ``conversations.slice_rows``.

    Args:
        conversations: the rows, in order.
        sort: the column by which they are sorted.
        is_descending: whether the largest or latest come first.
        is_uncovered: whether to show the opening words of flagged conversations.
        on_sort: called with the column whose header was clicked.
        caption: what the table holds, for screen readers.
    """
    key = "conversation_list"

    def sort_clicked() -> None:
        on_sort(st.session_state[key].sorted)

    _LIST(
        key=key,
        data={
            "rows": [_row(row, is_uncovered) for row in records(conversations)],
            "sort": sort,
            "isDescending": is_descending,
            "caption": caption,
        },
        on_sorted_change=sort_clicked,
    )


def _row(row: dict[str, Any], is_uncovered: bool) -> dict[str, Any]:
    conversation_id = str(row["conversation_id"])
    opening = readable_opening(row, is_uncovered=is_uncovered, is_unmasked=False)
    return {
        "href": links.conversation_link(conversation_id),
        "isLastRead": conversation_id in reveal_state().conversation_ids[:1],
        "opening": escape_control_characters(" ".join(opening.split())),
        "isCovered": is_covered(row, is_uncovered=is_uncovered),
        "model": escape_control_characters(formats.name(row["model"])),
        "language": escape_control_characters(formats.name(row["language"])),
        "turns": formats.count(row["turn_count"]),
        "prompt": formats.count(row["prompt_chars"]),
        "response": formats.count(row["response_chars"]),
        "repeats": formats.count(row["prompt_group_size"]),
        "flags": flag_names(row),
        "unknown": verdict_note(row),
    }
