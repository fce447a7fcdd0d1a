"""The switch that shows flagged texts in a list."""

import streamlit as st

from dashboard.state import reveal


def is_showing_flagged(key: str) -> bool:
    """Whether a list shows flagged texts; off by default, unless covers are off in this session.

    Args:
        key: key of the switch, which may be drawn later.
    """
    if key not in st.session_state:
        st.session_state[key] = reveal.cover_mode() == "session"
    return bool(st.session_state[key])


def show_flagged_switch(label: str, key: str) -> bool:
    """Draw the switch; returns whether it is on."""
    is_showing_flagged(key)
    return st.toggle(label, key=key)
