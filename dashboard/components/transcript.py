"""The messages of a conversation, or of two beside each other, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import reader, url
from dashboard.components.registration import registered
from dashboard.message import How, Shown, message
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


def show_transcript(columns: Sequence[Column], how: How, *, turn: int | None) -> None:
    """Draw it.

    The text of a covered message is not sent to the browser, nor one that is far from where the
    reader is.

    Args:
        columns: one conversation, or two.
        how: as written, as Markdown, or as published.
        turn: where the page begins, for one who has just opened it.
    """
    _TRANSCRIPT(
        key=_KEY,
        data={
            "columns": [
                _column(column, how, turn, _address(columns, column)) for column in columns
            ],
            "categories": list(CATEGORIES),
            "turn": turn,
            "how": how,
        },
        on_uncovered_change=_uncover,
        on_opened_change=_open,
        on_unfolded_change=_unfold,
        on_reached_change=_reach,
        on_how_change=_turn_over,
    )


def _address(columns: Sequence[Column], column: Column) -> str:
    """Of a conversation, in the list that it was opened from, and beside the same one."""
    others = [one.conversation_id for one in columns[1:]] if column is columns[0] else []
    return url.conversation_address(column.conversation_id, beside=others[0] if others else None)


def _column(column: Column, how: How, turn: int | None, address: str) -> dict[str, Any]:
    rows = records(column.messages)
    runs = set(_runs(column, turn))
    opened = reader.reader()
    shown = Shown(
        how,
        is_uncovered=reader.is_uncovered(column.conversation_id),
        is_unmasked=reader.is_unmasked(column.conversation_id),
        uncovered=opened.uncovered,
        unfolded=opened.unfolded,
    )
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
        "address": address,
        "messages": messages,
        "runMessages": RUN_MESSAGES,
    }


def _runs(column: Column, turn: int | None) -> Iterator[int]:
    """The runs of messages whose texts are sent: where one begins, and where one has been."""
    turns = column.messages["turn_number"].to_numpy()
    first = int((turns < (turn or 1)).sum())
    yield min(first, max(len(turns) - 1, 0)) // RUN_MESSAGES
    if turn is None:
        yield 0
    for conversation_id, run in reader.reader().reached:
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
    reader.uncover_all(_spot(_sent("opened"))[0])


def _unfold() -> None:
    reader.unfold(_spot(_sent("unfolded")))


def _reach() -> None:
    reader.reach(_spot(one) for one in _sent("reached").split(","))


def _turn_over() -> None:
    st.session_state["read"] = _sent("how")
