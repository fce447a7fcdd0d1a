"""Pages of a long list, in the address as ``page``; every page can be reached."""

import re

import streamlit as st

from dashboard import url

KEY = "page"

_DIGITS = re.compile("[0-9]{1,12}")


def page_in_url() -> int:
    """The page in the address, or the first; of a list, also where no list is drawn."""
    text = url.parameter(KEY, "1")
    return int(text) if _DIGITS.fullmatch(text) else 1


def chosen_page(pages: int) -> int:
    """The page to show, from 1 to the number of pages: the one in the address, or the nearest."""
    if url.rules(KEY):
        st.session_state[KEY] = page_in_url()
    st.session_state[KEY] = min(max(st.session_state[KEY], 1), pages)
    url.hold(KEY)
    page: int = st.session_state[KEY]
    url.write_parameters({KEY: str(page) if page > 1 else None})
    return page


def begin_again() -> None:
    """Show the first page."""
    st.session_state[KEY] = 1
    url.hold(KEY)


def show_pages(pages: int) -> None:
    """Draw page numbers, and a box to go to any page; nothing for a single one."""
    if pages < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="pages"):
        st.pagination(pages, key=KEY, width="stretch")
        if pages > 7:
            # Without bounds: a number outside them goes to the nearest page, as in the address.
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
        st.session_state[KEY] = st.session_state["go_to_page"]
        st.session_state["go_to_page"] = None
