"""What takes long on a page: begun when the page and its sidebar are drawn."""

from collections.abc import Callable

import streamlit as st

_ACT = "afterwards"


def begin() -> None:
    """At the start of a run: forget what a run that was cut off had left to do."""
    st.session_state[_ACT] = None


def do_afterwards(act: Callable[[], None]) -> None:
    """Do something when everything else is drawn; it draws into places that it was given."""
    st.session_state[_ACT] = act


def finish() -> None:
    """Do it."""
    act: Callable[[], None] | None = st.session_state[_ACT]
    st.session_state[_ACT] = None
    if act is not None:
        act()
