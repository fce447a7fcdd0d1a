"""The Browse page: one page of the list, with its sort order and pagination."""

import streamlit as st

from dashboard import formats
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.pagination import show_pagination
from dashboard.panels.browse.conversation_list import show_conversation_list
from dashboard.state import navigation, session, sort_order
from dashboard.state.list_position import LIST_ROWS
from dashboard.state.pagination import current_page_number
from queries.conversations import listing
from queries.filters import Filters


def show_list(filters: Filters, total: int) -> None:
    """Draw a page of the list, with its sort order and pagination."""
    if problem := sort_order.order_problem():
        st.warning(formats.escape_markdown(problem))
    order = sort_order.chosen_order()
    pages = -(-total // LIST_ROWS)
    first = (current_page_number(pages) - 1) * LIST_ROWS
    page = session.rows(
        listing.slice_rows,
        filters,
        sort=order.sort,
        is_descending=order.is_descending,
        seed=order.seed,
        row_limit=LIST_ROWS,
        row_offset=first,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Random conversation",
            icon=":material/shuffle:",
            on_click=navigation.open_random,
            key="random",
        )
        st.button("Shuffle", on_click=sort_order.shuffle, key="shuffle")
        if order.is_shuffled:
            st.button("Sort by id", on_click=sort_order.unshuffle, key="unshuffle")
        is_uncovered = show_flagged_switch("Show flagged opening words", "uncover_openings")
        shuffled = f", shuffled by seed {order.seed}" if order.is_shuffled else ""
        st.caption(
            f"{first + 1:,}–{first + len(page):,} of {total:,}{shuffled}", text_alignment="right"
        )
    show_conversation_list(
        page,
        sort=order.sort,
        is_descending=order.is_descending,
        is_uncovered=is_uncovered,
        on_sort=sort_order.sort_by,
        caption=f"Conversations {first + 1} to {first + len(page)} of {total} in the slice",
    )
    show_pagination(pages)
