"""The top of a page of breakdowns: its title, the slice in words, and what is counted."""

import streamlit as st

from dashboard.components.slice_caption import show_slice_caption
from dashboard.state import filter_state, navigation, session
from queries.breakdowns import overview
from queries.filters import Filters

_KEY = "counted"
_UNITS = ("conversations", "unique prompts")


def show_title() -> None:
    """Draw the title of the current page as its heading."""
    st.title(navigation.current_page().title, anchor=False, width="stretch")


def show_page_header(*, has_caption: bool = True) -> tuple[Filters, int]:
    """Draw the title, the switch that counts unique prompts only, and the slice in words.

    Args:
        has_caption: whether to draw the slice in words here.

    Returns:
        The slice, and the number of conversations in it.
    """
    filters = session.current_filters()
    total = int(session.rows(overview.slice_size, filters)["conversation_count"].iloc[0])
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        show_title()
        st.session_state[_KEY] = _UNITS[filters.unique_prompts]
        st.segmented_control(
            "Count",
            _UNITS,
            key=_KEY,
            required=True,
            on_change=_count,
            label_visibility="collapsed",
            help=(
                "First prompts repeat, and templates dominate some groups. "
                "Unique prompts keeps one conversation a prompt of the whole dataset, the one "
                "with the smallest id: a filter like any other."
            ),
            width="content",
        )
    if has_caption:
        show_slice_caption(total, filters)
    return filters, total


def _count() -> None:
    filter_state.count_unique_prompts(is_on=st.session_state[_KEY] == _UNITS[1])
