"""What this reader has opened in the conversations on the page: uncovered, unfolded, reached."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from dashboard import people, session
from queries.access_log import note

Covers = Literal["covered", "conversation", "session"]
"""Which flagged messages are covered: all, none of this conversation, none in this session."""

Spot = tuple[str, int]
"""A conversation, and a message of it by its index, or a run of messages by its number."""

_READER = "reader"
_SESSION = "is_session_uncovered"


@dataclass(frozen=True, slots=True)
class Reader:
    """What is open in the conversations that are on the page.

    Attributes:
        shown: the conversation that the page is about, and one that is read beside it.
        uncovered: flagged messages to show one by one.
        unfolded: long messages to show whole.
        reached: runs of messages whose texts the reader has come to.
        opened: conversations whose flagged messages are all shown.
        unmasked: conversations whose contact data and keys are shown.
    """

    shown: tuple[str, ...] = ()
    uncovered: frozenset[Spot] = frozenset()
    unfolded: frozenset[Spot] = frozenset()
    reached: frozenset[Spot] = frozenset()
    opened: frozenset[str] = frozenset()
    unmasked: frozenset[str] = frozenset()


def reader() -> Reader:
    """What is open now."""
    found: Reader = st.session_state.get(_READER, Reader())
    return found


def open_conversations(*conversation_ids: str) -> None:
    """Come to the conversations of a page: nothing is open in them but what was left so on it."""
    if reader().shown[:1] != conversation_ids[:1]:
        st.session_state[_READER] = Reader()
    _keep(shown=conversation_ids)


def uncover(spot: Spot) -> None:
    """Show one more flagged message."""
    _keep(uncovered=reader().uncovered | {spot})


def unfold(spot: Spot) -> None:
    """Show one more long message whole."""
    _keep(unfolded=reader().unfolded | {spot})


def reach(spots: Iterable[Spot]) -> None:
    """Show the texts of more runs of messages."""
    _keep(reached=reader().reached | set(spots))


def uncover_all(conversation_id: str) -> None:
    """Show all flagged messages of a conversation."""
    _keep(opened=reader().opened | {conversation_id})


def is_uncovered(conversation_id: str) -> bool:
    """Whether all flagged messages of a conversation are shown."""
    return bool(st.session_state.get(_SESSION)) or conversation_id in reader().opened


def is_unmasked(conversation_id: str) -> bool:
    """Whether contact data and keys of a conversation are shown."""
    return conversation_id in reader().unmasked and people.is_operator()


def covers() -> Covers:
    """Which flagged messages of the page are covered."""
    if st.session_state.get(_SESSION):
        return "session"
    return "conversation" if reader().opened >= set(reader().shown) else "covered"


def set_covers(wanted: Covers) -> None:
    """Cover flagged messages, or not: of the page, or for the rest of the session."""
    st.session_state[_SESSION] = wanted == "session"
    kept = reader().uncovered if wanted != "covered" else frozenset()
    opened = frozenset(reader().shown) if wanted == "conversation" else frozenset()
    _keep(opened=opened, uncovered=kept)


def unmask() -> None:
    """Show contact data and keys of the conversations of the page, each once it is written down.

    Raises:
        NotAllowedError: this person is a reader.
        LogError: it cannot be written down.
    """
    people.must_be_operator("show contact data")
    who = people.person().name
    for conversation_id in reader().shown:
        if conversation_id not in reader().unmasked:
            note(session.store_path(), who, "unmasked", conversation_id)
            _keep(unmasked=reader().unmasked | {conversation_id})


def mask() -> None:
    """Mask contact data and keys again."""
    _keep(unmasked=frozenset())


def _keep(**changes: object) -> None:
    st.session_state[_READER] = replace(reader(), **changes)  # type: ignore[arg-type]
