"""The page that this reader is on, and where the next rerun should go."""

import streamlit as st

from dashboard import pages
from dashboard.state import query_params

PENDING_CONVERSATION = "pending_conversation"
PENDING_RANDOM = "pending_random"
PENDING_LIST = "pending_list"

_CURRENT = "current_page"


def set_current_page(name: str) -> None:
    """Set the page of this rerun."""
    st.session_state[_CURRENT] = name


def current_page() -> pages.Page:
    """The page of this rerun."""
    return pages.page(st.session_state[_CURRENT])


def open_conversation(conversation_id: str) -> None:
    """Have the next rerun go to a conversation. For callbacks."""
    st.session_state[PENDING_CONVERSATION] = conversation_id


def open_random() -> None:
    """Have the next rerun go to a random conversation of the slice. For callbacks."""
    st.session_state[PENDING_RANDOM] = True


def open_list(pairs: query_params.Pairs) -> None:
    """Have the next rerun go to the list of a slice. For callbacks.

    Args:
        pairs: the filters of the slice, as query parameters.
    """
    st.session_state[PENDING_LIST] = pairs


def open_typed() -> None:
    """Have the next rerun go to the conversation whose id was typed. For callbacks."""
    if typed := st.session_state["typed_id"].strip():
        open_conversation(typed)
