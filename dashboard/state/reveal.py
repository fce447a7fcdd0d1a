"""What this reader has revealed in the conversations on the page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from dashboard.process import open_stores
from dashboard.state import current_user
from queries.state.audit_log import record_event

CoverMode = Literal["covered", "conversation", "session"]
"""Which flagged messages are covered: all, none in this conversation, none in this session."""

Spot = tuple[str, int]
"""A conversation, and the index of a message in it or the number of a batch of messages."""

_STATE = "reveal_state"
_SESSION = "is_session_uncovered"


@dataclass(frozen=True, slots=True)
class RevealState:
    """What is revealed in the conversations on the page.

    Attributes:
        conversation_ids: the conversation of the page, and one that is read beside it.
        uncovered: flagged messages that were uncovered one by one.
        expanded: long messages that are shown in full.
        loaded: batches of messages whose texts were loaded as the reader scrolled.
        uncovered_ids: conversations whose flagged messages are all uncovered.
        unmasked: conversations whose contact data and secrets are shown.
    """

    conversation_ids: tuple[str, ...] = ()
    uncovered: frozenset[Spot] = frozenset()
    expanded: frozenset[Spot] = frozenset()
    loaded: frozenset[Spot] = frozenset()
    uncovered_ids: frozenset[str] = frozenset()
    unmasked: frozenset[str] = frozenset()


def reveal_state() -> RevealState:
    """What is revealed now."""
    state: RevealState = st.session_state.get(_STATE, RevealState())
    return state


def open_conversations(*conversation_ids: str) -> None:
    """Set the conversations of the page; what was revealed in another conversation is forgotten.

    Args:
        conversation_ids: the conversation of the page, and one that is read beside it, if any.
    """
    if reveal_state().conversation_ids[:1] != conversation_ids[:1]:
        st.session_state[_STATE] = RevealState()
    _update(conversation_ids=conversation_ids)


def uncover(spot: Spot) -> None:
    """Uncover one more flagged message."""
    _update(uncovered=reveal_state().uncovered | {spot})


def expand(spot: Spot) -> None:
    """Show one more long message in full."""
    _update(expanded=reveal_state().expanded | {spot})


def load_messages(spots: Iterable[Spot]) -> None:
    """Load the texts of further batches of messages."""
    _update(loaded=reveal_state().loaded | set(spots))


def uncover_all(conversation_id: str) -> None:
    """Uncover all flagged messages of a conversation."""
    _update(uncovered_ids=reveal_state().uncovered_ids | {conversation_id})


def is_uncovered(conversation_id: str) -> bool:
    """Whether all flagged messages of a conversation are uncovered."""
    return bool(st.session_state.get(_SESSION)) or conversation_id in reveal_state().uncovered_ids


def is_unmasked(conversation_id: str) -> bool:
    """Whether contact data and secrets of a conversation are shown."""
    return conversation_id in reveal_state().unmasked and current_user.is_operator()


def cover_mode() -> CoverMode:
    """Which flagged messages are covered."""
    if st.session_state.get(_SESSION):
        return "session"
    return (
        "conversation"
        if reveal_state().uncovered_ids >= set(reveal_state().conversation_ids)
        else "covered"
    )


def set_cover_mode(mode: CoverMode) -> None:
    """Cover or uncover flagged messages of the page, or uncover them for the whole session."""
    st.session_state[_SESSION] = mode == "session"
    state = reveal_state()
    _update(
        uncovered=state.uncovered if mode != "covered" else frozenset(),
        uncovered_ids=frozenset(state.conversation_ids if mode == "conversation" else ()),
    )


def unmask() -> None:
    """Show contact data and secrets in the conversations of the page, recorded in the audit log.

    Raises:
        NotAllowedError: the user is a reader.
        AuditLogError: it cannot be recorded.
    """
    current_user.require_operator("show contact data")
    who = current_user.current_user().name
    for conversation_id in reveal_state().conversation_ids:
        if conversation_id not in reveal_state().unmasked:
            record_event(open_stores.store_path(), who, "unmasked", conversation_id)
            _update(unmasked=reveal_state().unmasked | {conversation_id})


def mask() -> None:
    """Mask contact data and secrets again."""
    _update(unmasked=frozenset())


def _update(**changes: object) -> None:
    st.session_state[_STATE] = replace(reveal_state(), **changes)  # type: ignore[arg-type]
