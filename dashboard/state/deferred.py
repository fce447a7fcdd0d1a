"""Work deferred until the page and sidebar have rendered."""

from collections.abc import Callable

import streamlit as st

_WORK = "deferred_work"


def reset() -> None:
    """Forget what an interrupted rerun had deferred. Call it at the start of each rerun."""
    st.session_state[_WORK] = None


def defer(work: Callable[[], None]) -> None:
    """Run a function when everything else is drawn. It draws into containers made before."""
    st.session_state[_WORK] = work


def run_deferred() -> None:
    """Run what was deferred in this rerun."""
    work: Callable[[], None] | None = st.session_state[_WORK]
    st.session_state[_WORK] = None
    if work is not None:
        work()
