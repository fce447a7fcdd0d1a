"""The form that removes a conversation, at the end of its menu, for operators."""

import streamlit as st

from dashboard import formats
from dashboard.process import open_stores
from dashboard.process.public_errors import public_text
from dashboard.state import current_user
from queries.errors import DataError
from queries.removal.remove import REASON_CHARS_MAX, remove
from queries.store.tombstones import is_removed

_REASON = "removal_reason"
_PROBLEM = "removal_problem"


def show_removal(conversation_id: str) -> None:
    """Draw the form; nothing for readers, or if the conversation is already removed."""
    if not current_user.is_operator() or is_removed(open_stores.store_path(), conversation_id):
        return
    st.divider()
    st.text(
        "Removal is permanent. It hides the conversation from all pages, counts, searches "
        "and exports, for all users, at once. Its data stays in the store until you run: "
        "chatscape purge"
    )
    st.text_input("Reason", key=_REASON, max_chars=REASON_CHARS_MAX)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(formats.escape_markdown(problem))
    st.button(
        "Remove conversation",
        icon=":material/delete:",
        key="remove",
        on_click=_remove,
        args=(conversation_id,),
    )


def _remove(conversation_id: str) -> None:
    try:
        current_user.require_operator("remove conversations")
        reason = st.session_state[_REASON]
        remove(
            open_stores.store_path(), [conversation_id], reason, current_user.current_user().name
        )
    except DataError as error:
        st.session_state[_PROBLEM] = public_text(error)
    else:
        st.session_state[_REASON] = ""
