"""The transcript: the messages of one conversation, or of two side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.custom_component import custom_component
from dashboard.panels.conversation.message_view import RenderOptions, TextMode, message_payload
from dashboard.state import links, reveal
from queries.schema import CATEGORIES
from queries.serialisation.records import records

RUN_MESSAGES = 30
"""Messages whose texts are loaded together when the reader scrolls near one of them."""

_TRANSCRIPT = custom_component(__name__, "message_text")
_KEY = "transcript"


@dataclass(frozen=True, slots=True)
class TranscriptColumn:
    """A conversation in a transcript.

    Attributes:
        conversation_id: id of the conversation.
        title: heading of the column, if there are two.
        messages: rows of ``sql/messages.sql``.
        published: the messages as published, in order, for the mode "published".
    """

    conversation_id: str
    title: str
    messages: pd.DataFrame
    published: Sequence[Mapping[str, Any]] | None = None


def show_transcript(
    columns: Sequence[TranscriptColumn], mode: TextMode, *, turn: int | None
) -> None:
    """Draw the transcript.

    The browser gets neither the texts of covered messages nor those far from the scroll position.

    Args:
        columns: one conversation, or two.
        mode: how to show texts.
        turn: the turn to scroll to when the page opens.
    """
    _TRANSCRIPT(
        key=_KEY,
        data={
            "columns": [_column(column, mode, turn, _link(columns, column)) for column in columns],
            "categories": list(CATEGORIES),
            "turn": turn,
            "mode": mode,
        },
        on_uncovered_change=_reveal,
        on_opened_change=_reveal_conversation,
        on_unfolded_change=_expand,
        on_reached_change=_load,
        on_mode_change=_toggle_rendering,
    )


def _link(columns: Sequence[TranscriptColumn], column: TranscriptColumn) -> str:
    """The link to a column's conversation, in the same list and beside the same conversation."""
    others = [other.conversation_id for other in columns[1:]] if column is columns[0] else []
    return links.conversation_link(column.conversation_id, beside=others[0] if others else None)


def _column(
    column: TranscriptColumn, mode: TextMode, turn: int | None, address: str
) -> dict[str, Any]:
    rows = records(column.messages)
    runs = set(_runs(column, turn))
    revealed = reveal.reveal_state()
    options = RenderOptions(
        mode,
        is_uncovered=reveal.is_uncovered(column.conversation_id),
        is_unmasked=reveal.is_unmasked(column.conversation_id),
        uncovered=revealed.uncovered,
        unfolded=revealed.expanded,
    )
    published: list[Mapping[str, Any] | None] = [None] * len(rows)
    if column.published is not None:
        published = list(column.published)
    messages = [
        message_payload(
            row,
            column.conversation_id,
            options,
            is_loaded=index // RUN_MESSAGES in runs,
            published=original,
        )
        for index, (row, original) in enumerate(zip(rows, published, strict=False))
    ]
    flagged = [payload for payload in messages if payload["flags"]]
    for payload, following in pairwise(flagged):
        payload["nextFlagged"] = following["key"]
    return {
        "id": column.conversation_id,
        "title": column.title,
        "address": address,
        "messages": messages,
        "runMessages": RUN_MESSAGES,
    }


def _runs(column: TranscriptColumn, turn: int | None) -> Iterator[int]:
    """The runs of messages to load: where the page opens, and wherever the reader has been."""
    turns = column.messages["turn_number"].to_numpy()
    first = int((turns < (turn or 1)).sum())
    yield min(first, max(len(turns) - 1, 0)) // RUN_MESSAGES
    if turn is None:
        yield 0
    for conversation_id, run in reveal.reveal_state().loaded:
        if conversation_id == column.conversation_id:
            yield run


def _message_key(sent: str) -> reveal.Spot:
    conversation_id, _, number = sent.rpartition(":")
    return conversation_id, int(number)


def _sent(event: str) -> str:
    return str(getattr(st.session_state[_KEY], event))


def _reveal() -> None:
    reveal.uncover(_message_key(_sent("uncovered")))


def _reveal_conversation() -> None:
    reveal.uncover_all(_message_key(_sent("opened"))[0])


def _expand() -> None:
    reveal.expand(_message_key(_sent("unfolded")))


def _load() -> None:
    reveal.load_messages(_message_key(key) for key in _sent("reached").split(","))


def _toggle_rendering() -> None:
    st.session_state["read"] = _sent("mode")
