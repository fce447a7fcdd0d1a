"""The messages of a conversation, or of two beside each other, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import reader, url
from dashboard.components.registration import registered
from dashboard.message import Shown, message
from queries.records import records
from queries.schema import CATEGORIES

RUN_MESSAGES = 30
"""Messages whose texts are sent together, when the reader comes to one of them."""

_TRANSCRIPT = registered("transcript", "message_text")
_KEY = "transcript"


@dataclass(frozen=True, slots=True)
class Column:
    """A conversation in a transcript.

    Attributes:
        conversation_id: which one.
        title: what stands above it, where there are two.
        messages: rows of ``sql/messages.sql``.
        published: the messages as published, in their order, where these are shown.
    """

    conversation_id: str
    title: str
    messages: pd.DataFrame
    published: Sequence[Mapping[str, Any]] | None = None


def show_transcript(columns: Sequence[Column], shown: Shown, *, turn: int | None) -> None:
    """Draw it.

    The text of a covered message is not sent to the browser, nor one that is far from where the
    reader is.

    Args:
        columns: one conversation, or two.
        shown: how messages are shown.
        turn: where the page begins, for one who has just opened it.
    """
    _TRANSCRIPT(
        key=_KEY,
        data={
            "columns": [_column(column, shown, turn) for column in columns],
            "categories": list(CATEGORIES),
            "turn": turn,
            "how": shown.how,
            "address": url.permalink(columns[0].conversation_id),
        },
        on_uncovered_change=_uncover,
        on_opened_change=_open,
        on_unfolded_change=_unfold,
        on_reached_change=_reach,
        on_how_change=_turn_over,
    )


def _column(column: Column, shown: Shown, turn: int | None) -> dict[str, Any]:
    rows = records(column.messages)
    runs = set(_runs(column, shown, turn))
    published: list[Mapping[str, Any] | None] = [None] * len(rows)
    if column.published is not None:
        published = list(column.published)
    messages = [
        message(
            row,
            column.conversation_id,
            shown,
            is_reached=place // RUN_MESSAGES in runs,
            published=one,
        )
        for place, (row, one) in enumerate(zip(rows, published, strict=False))
    ]
    flagged = [one for one in messages if one["flags"]]
    for one, after in pairwise(flagged):
        one["nextFlagged"] = after["key"]
    return {
        "id": column.conversation_id,
        "title": column.title,
        "messages": messages,
        "runMessages": RUN_MESSAGES,
    }


def _runs(column: Column, shown: Shown, turn: int | None) -> Iterator[int]:
    """The runs of messages whose texts are sent: where one begins, and where one has been."""
    turns = column.messages["turn_number"].to_numpy()
    first = int((turns < (turn or 1)).sum())
    yield min(first, max(len(turns) - 1, 0)) // RUN_MESSAGES
    if turn is None:
        yield 0
    for conversation_id, run in shown.reader.reached:
        if conversation_id == column.conversation_id:
            yield run


def _spot(sent: str) -> reader.Spot:
    conversation_id, _, number = sent.rpartition(":")
    return conversation_id, int(number)


def _sent(event: str) -> str:
    return str(getattr(st.session_state[_KEY], event))


def _uncover() -> None:
    reader.uncover(_spot(_sent("uncovered")))


def _open() -> None:
    reader.set_covers("conversation")


def _unfold() -> None:
    reader.unfold(_spot(_sent("unfolded")))


def _reach() -> None:
    reader.reach(_spot(one) for one in _sent("reached").split(","))


def _turn_over() -> None:
    st.session_state["read"] = _sent("how")
