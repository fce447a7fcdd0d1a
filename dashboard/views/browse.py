import streamlit as st

from dashboard import navigation, session
from dashboard.components import notices
from dashboard.components.conversation_list import show_conversation_list
from dashboard.components.slice_caption import show_slice_caption
from dashboard.paging import chosen_page, show_pages
from dashboard.sorting import chosen_sort, sort_by
from queries import breakdowns, conversations
from queries.filters import Filters

PAGE_ROWS = 25


def show_list(filters: Filters, total: int) -> None:
    """A page of the slice, with its order and the way to other pages."""
    sort, is_descending = chosen_sort()
    pages = -(-total // PAGE_ROWS)
    first = (chosen_page(pages) - 1) * PAGE_ROWS
    page = session.rows(
        conversations.slice_rows,
        filters,
        sort=sort,
        is_descending=is_descending,
        row_limit=PAGE_ROWS,
        row_offset=first,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "A random one", icon=":material/shuffle:", on_click=navigation.open_random, key="random"
        )
        is_uncovered = st.toggle("Show flagged opening words", key="uncover_openings")
        st.caption(f"{first + 1:,}–{first + len(page):,} of {total:,}", text_alignment="right")
    show_conversation_list(
        page,
        sort=sort,
        is_descending=is_descending,
        is_uncovered=is_uncovered,
        on_sort=sort_by,
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
