"""The title of a conversation: its first prompt, masked, and covered if it is flagged."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.components.custom_component import custom_component
from queries.display.covers import is_sensitive, row_cover_text
from queries.masking.pipeline import masked, masked_prefix
from queries.schema import OPENING_CHARS
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

TITLE_CHARS_MAX = 160
"""Characters of a title; a style cuts it after one line, or two on a telephone."""

_TITLE = custom_component(__name__)


def show_conversation_title(messages: pd.DataFrame) -> None:
    """Draw the title.

    Args:
        messages: rows of ``sql/messages.sql``.
    """
    _TITLE(key="title", data=title_payload(messages))


def title_payload(messages: pd.DataFrame) -> dict[str, Any]:
    """The text of the title, and whether it is a cover.

    The title stays covered and masked when messages are revealed: it is not what was asked for.

    Args:
        messages: rows of ``sql/messages.sql``.
    """
    prompt = next((row for row in records(messages) if row["role"] == "user"), None)
    if prompt is None:
        return {"text": "(no prompt)", "isCover": True}
    if is_sensitive(prompt):
        return {"text": row_cover_text(prompt), "isCover": True}
    text = _one_line(prompt)
    return {"text": text or "(empty prompt)", "isCover": not text}


def _one_line(prompt: Mapping[str, Any]) -> str:
    text = prompt["text"] if isinstance(prompt["text"], str) else ""
    is_long = len(text) > OPENING_CHARS
    # As much as lists show, so that masking takes no longer for a long prompt.
    readable = masked_prefix(text[:OPENING_CHARS]) if is_long else masked(text)
    line = escape_control_characters(" ".join(readable.split()))
    return line if len(line) <= TITLE_CHARS_MAX else f"{line[:TITLE_CHARS_MAX].rstrip(' …')}…"
