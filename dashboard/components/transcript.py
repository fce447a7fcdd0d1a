"""Messages one after the other: covered when flagged, contact data masked, in any script."""

from collections.abc import Callable, Collection
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.registration import registered
from queries.reading import cover_text, needs_cover, readable_text, visible
from queries.records import records

PAGE_MESSAGES = 50
"""Messages on a page of a conversation; a link to one of them has to know its page."""

CHARS_MAX = 100_000
"""Characters of a message that are sent to the browser."""

_TRANSCRIPT = registered("transcript")


def show_transcript(
    messages: pd.DataFrame, *, uncovered: Collection[int], on_uncover: Callable[[int], None]
) -> None:
    """Draw rows of ``sql/messages.sql``.

    The text of a covered message is not sent to the browser at all.

    Args:
        messages: the rows, in the order to show.
        uncovered: `message_index` of the flagged messages that this reader chose to see.
        on_uncover: called with the index of the next one.
    """
    key = "transcript"

    def uncover() -> None:
        on_uncover(int(st.session_state[key].uncovered))

    _TRANSCRIPT(
        key=key,
        data={"messages": [_message(row, uncovered) for row in records(messages)]},
        on_uncovered_change=uncover,
    )


def _message(row: dict[str, Any], uncovered: Collection[int]) -> dict[str, Any]:
    index, role = int(row["message_index"]), _text(row["role"])
    is_flagged = needs_cover(row)
    is_covered = is_flagged and index not in uncovered
    flags = list(row["flagged_categories"])
    text = readable_text(row, is_uncovered=True, is_unmasked=False)
    return {
        "index": index,
        "turn": int(row["turn_number"]),
        "role": visible(role),
        "kind": "user" if role == "user" else "other",
        "size": "" if pd.isna(row["text_chars"]) else f"{formats.count(row['text_chars'])} chars",
        "flags": flags or (["flagged"] if is_flagged else []),
        "isCovered": is_covered,
        "coverText": cover_text(flags) if is_covered else "",
        "text": "" if is_covered else _cut(visible(text)),
    }


def _cut(text: str) -> str:
    """What a browser can lay out: a word of millions of letters takes it half a minute."""
    if len(text) <= CHARS_MAX:
        return text
    rest = f"{formats.count(len(text) - CHARS_MAX)} more characters are not shown here"
    return f"{text[:CHARS_MAX]}\n\n[{rest}; the command line prints them: chatscape show ID]"


def _text(value: Any) -> str:  # noqa: ANN401
    return "(no role)" if pd.isna(value) else str(value)
