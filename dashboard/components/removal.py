"""Removing a conversation, for an operator."""

import streamlit as st

from dashboard import formats, people, session
from queries.errors import DataError
from queries.removal.register import is_removed
from queries.removal.remove import REASON_CHARS_MAX, remove

_REASON = "removal_reason"
_PROBLEM = "removal_problem"


def show_removal(conversation_id: str) -> None:
    """Draw the way to remove it; nothing for a reader, nor where that is done."""
    if not people.is_operator() or is_removed(session.store_path(), conversation_id):
        return
    with st.popover("Remove", icon=":material/delete:", key="removal"):
        st.text(
            "For good: it is hidden at once from every page, count, search and export, for "
            "everybody. Its bytes stay in the store until you run: chatscape purge"
        )
        st.text_input("Reason", key=_REASON, max_chars=REASON_CHARS_MAX)
        if problem := st.session_state.pop(_PROBLEM, None):
            st.error(formats.plain(problem))
        st.button("Remove it", key="remove", on_click=_remove, args=(conversation_id,))


def _remove(conversation_id: str) -> None:
    try:
        people.must_be_operator("remove conversations")
        reason = st.session_state[_REASON]
        remove(session.store_path(), [conversation_id], reason, people.person().name)
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state[_REASON] = ""
