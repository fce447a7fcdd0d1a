"""Which flagged messages this reader chose to see, of the conversation that is open."""

import streamlit as st

from dashboard import url

_KEY = "uncovered"


def uncovered(conversation_id: str) -> frozenset[int]:
    """`message_index` of the messages to show; none for a conversation opened anew."""
    opened, indices = st.session_state.get(_KEY, ("", frozenset()))
    return indices if opened == conversation_id else frozenset()


def uncover(message_index: int) -> None:
    """Show one more message of the conversation that is open."""
    opened = url.parameter("conversation", "")
    st.session_state[_KEY] = (opened, uncovered(opened) | {message_index})
