import streamlit as st

from dashboard import navigation, session, sorting
from dashboard.components import notices
from dashboard.components.conversation_list import show_conversation_list
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.slice_caption import show_slice_caption
from dashboard.paging import chosen_page, show_pages
from dashboard.place import LIST_ROWS
from queries import breakdowns, conversations
from queries.filters import Filters


def show_list(filters: Filters, total: int) -> None:
    """A page of the slice, with its order and the way to other pages."""
    sorting.show_problem()
    order = sorting.chosen_order()
    pages = -(-total // LIST_ROWS)
    first = (chosen_page(pages) - 1) * LIST_ROWS
    page = session.rows(
        conversations.slice_rows,
        filters,
        sort=order.sort,
        is_descending=order.is_descending,
        seed=order.seed,
        row_limit=LIST_ROWS,
        row_offset=first,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "A random one", icon=":material/shuffle:", on_click=navigation.open_random, key="random"
        )
        st.button("Shuffle", on_click=sorting.shuffle, key="shuffle")
        if order.is_shuffled:
            st.button("In order", on_click=sorting.unshuffle, key="unshuffle")
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
        on_sort=sorting.sort_by,
        caption=f"Conversations {first + 1} to {first + len(page)} of {total} in the slice",
    )
    show_pages(pages)


filters = session.current_filters()
total = int(session.rows(breakdowns.slice_size, filters).iloc[0].conversation_count)

st.title("Browse", anchor=False)
show_slice_caption(total, filters)
if total:
    show_list(filters, total)
else:
    notices.show_empty_slice(filters)
