"""The top of a page of breakdowns: its title, the slice in words, and what is counted."""

import streamlit as st

from dashboard import session, sidebar
from dashboard.components.slice_caption import show_slice_caption
from queries import breakdowns
from queries.filters import Filters

_KEY = "counted"
_UNITS = ("conversations", "unique prompts")


def show_page_head(title: str, *, has_caption: bool = True) -> tuple[Filters, int]:
    """Draw it.

    Args:
        title: of the page.
        has_caption: say the slice in words here.

    Returns:
        The slice, and how many conversations it has.
    """
    filters = session.current_filters()
    total = int(session.rows(breakdowns.slice_size, filters)["conversation_count"].iloc[0])
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        st.title(title, anchor=False, width="stretch")
        st.session_state[_KEY] = _UNITS[filters.unique_prompts]
        st.segmented_control(
            "Count",
            _UNITS,
            key=_KEY,
            required=True,
            on_change=_count,
            label_visibility="collapsed",
            help=(
                "About half of all first prompts repeat, and templates dominate some groups. "
                "Unique prompts keeps one conversation a prompt of the whole dataset, the one "
                "with the smallest id: a filter like any other."
            ),
            width="content",
        )
    if has_caption:
        show_slice_caption(total, filters)
    return filters, total


def _count() -> None:
    sidebar.count_unique_prompts(is_wanted=st.session_state[_KEY] == _UNITS[1])
