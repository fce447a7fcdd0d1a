"""Pagination of a long list, in the address as ``page``."""

import re

import streamlit as st

from dashboard.state import query_params

PAGE_KEY = "page"

_DIGITS = re.compile("[0-9]{1,12}")


def page_in_url() -> int:
    """The page number in the address, or 1."""
    text = query_params.get_param(PAGE_KEY, "1")
    return int(text) if _DIGITS.fullmatch(text) else 1


def current_page_number(pages: int) -> int:
    """The page number of the address or the widget, limited to the pages there are.

    Args:
        pages: number of pages.
    """
    if query_params.address_wins(PAGE_KEY):
        st.session_state[PAGE_KEY] = page_in_url()
    st.session_state[PAGE_KEY] = min(max(st.session_state[PAGE_KEY], 1), pages)
    query_params.track_widgets(PAGE_KEY)
    page: int = st.session_state[PAGE_KEY]
    query_params.set_params({PAGE_KEY: str(page) if page > 1 else None})
    return page


def reset_page() -> None:
    """Go to the first page."""
    st.session_state[PAGE_KEY] = 1
    query_params.track_widgets(PAGE_KEY)
