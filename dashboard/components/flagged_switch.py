"""The switch of a list that shows what is flagged in it."""

import streamlit as st

from dashboard import reader


def shows_flagged(key: str) -> bool:
    """Whether a list shows what is flagged: off, unless the reader covers nothing in this session.

    Args:
        key: of its switch, which may be drawn later.
    """
    if key not in st.session_state:
        st.session_state[key] = reader.covers() == "session"
    return bool(st.session_state[key])


def show_flagged_switch(label: str, key: str) -> bool:
    """Draw the switch, and say whether it is on."""
    shows_flagged(key)
    return st.toggle(label, key=key)
