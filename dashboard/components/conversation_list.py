"""A page of conversations as a table: opening words, facts, flags. A row opens its conversation."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, url
from dashboard.components.registration import registered
from dashboard.reader import reader
from queries.reading import flags_named, is_covered, readable_opening, visible
from queries.records import records

_LIST = registered("conversation_list")


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
        conversations: the rows, in the order to show.
        sort: the column they are sorted by.
        is_descending: largest or last first.
        is_uncovered: show the opening words of flagged conversations.
        on_sort: called with the column whose head was chosen.
        caption: what the table holds, for screen readers.
    """
    key = "conversation_list"

    def sorted_() -> None:
        on_sort(st.session_state[key].sorted)

    _LIST(
        key=key,
        data={
            "rows": [_row(row, is_uncovered) for row in records(conversations)],
            "sort": sort,
            "isDescending": is_descending,
            "caption": caption,
        },
        on_sorted_change=sorted_,
    )


def _row(row: dict[str, Any], is_uncovered: bool) -> dict[str, Any]:
    conversation_id = str(row["conversation_id"])
    opening = readable_opening(row, is_uncovered=is_uncovered, is_unmasked=False)
    return {
        "href": url.conversation_address(conversation_id),
        "isLastRead": conversation_id in reader().shown[:1],
        "opening": visible(" ".join(opening.split())),
        "isCovered": is_covered(row, is_uncovered=is_uncovered),
        "model": visible(formats.name(row["model"])),
        "language": visible(formats.name(row["language"])),
        "turns": formats.count(row["turn_count"]),
        "prompt": formats.count(row["prompt_chars"]),
        "response": formats.count(row["response_chars"]),
        "repeats": formats.count(row["prompt_group_size"]),
        "flags": flags_named(row),
    }
