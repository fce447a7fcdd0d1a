"""What this reader has opened in the conversations on the page: uncovered, unfolded, reached."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from dashboard import session
from queries.access_log import note
from queries.licence import user

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
        conversation_id: the one that the page is about.
        uncovered: flagged messages to show one by one.
        unfolded: long messages to show whole.
        reached: runs of messages whose texts the reader has come to.
        is_uncovered: show all flagged messages of the conversation.
        is_unmasked: show contact data and keys.
    """

    conversation_id: str = ""
    uncovered: frozenset[Spot] = frozenset()
    unfolded: frozenset[Spot] = frozenset()
    reached: frozenset[Spot] = frozenset()
    is_uncovered: bool = False
    is_unmasked: bool = False


def reader() -> Reader:
    """What is open now."""
    found: Reader = st.session_state.get(_READER, Reader())
    return found


def open_conversation(conversation_id: str) -> Reader:
    """What is open in a conversation: nothing, when another one was read before."""
    if reader().conversation_id != conversation_id:
        st.session_state[_READER] = Reader(conversation_id)
    return reader()


def uncover(spot: Spot) -> None:
    """Show one more flagged message."""
    _keep(uncovered=reader().uncovered | {spot})


def unfold(spot: Spot) -> None:
    """Show one more long message whole."""
    _keep(unfolded=reader().unfolded | {spot})


def reach(spots: Iterable[Spot]) -> None:
    """Show the texts of more runs of messages."""
    _keep(reached=reader().reached | set(spots))


def covers() -> Covers:
    """Which flagged messages are covered."""
    if st.session_state.get(_SESSION):
        return "session"
    return "conversation" if reader().is_uncovered else "covered"


def set_covers(wanted: Covers) -> None:
    """Cover flagged messages, or not, until another conversation or for the rest of the session."""
    st.session_state[_SESSION] = wanted == "session"
    kept = reader().uncovered if wanted != "covered" else frozenset()
    _keep(is_uncovered=wanted == "conversation", uncovered=kept)


def unmask() -> None:
    """Show contact data and keys of the conversation, once that is written down.

    Raises:
        LogError: it cannot be written down.
    """
    note(session.store_path(), _who(), "unmasked", reader().conversation_id)
    _keep(is_unmasked=True)


def mask() -> None:
    """Mask contact data and keys again."""
    _keep(is_unmasked=False)


def _keep(**changes: object) -> None:
    st.session_state[_READER] = replace(reader(), **changes)  # type: ignore[arg-type]


def _who() -> str:
    """Who reads: on a browser of this machine, who runs the dashboard."""
    address = st.context.ip_address
    return user() if address is None else f"a browser at {address}"
