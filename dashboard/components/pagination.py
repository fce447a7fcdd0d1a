"""Page numbers below a list."""

import streamlit as st

from dashboard.state.pagination import PAGE_KEY


def show_pagination(pages: int) -> None:
    """Draw page numbers and, for many pages, a box to enter one; nothing for a single page."""
    if pages < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="pages"):
        st.pagination(pages, key=PAGE_KEY, width="stretch")
        if pages > 7:
            # No bounds: a number out of range leads to the nearest page, as it does in the address.
            st.number_input(
                f"Go to page, 1 to {pages:,}",
                value=None,
                step=1,
                key="go_to_page",
                on_change=_go,
                width=220,
            )


def _go() -> None:
    if st.session_state["go_to_page"] is not None:
        st.session_state[PAGE_KEY] = st.session_state["go_to_page"]
        st.session_state["go_to_page"] = None
