import streamlit as st

from dashboard import session
from dashboard.components import notices
from dashboard.components.comparison import show_measures, show_shifts
from dashboard.components.other_slice import chosen_against, show_other_slice
from dashboard.components.page_head import show_page_head
from dashboard.components.telling_words import show_telling_words
from queries import comparison

filters, total = show_page_head("Compare", has_caption=False)
against = chosen_against(filters)
sizes = session.rows(comparison.overlap, filters, against=against or "").iloc[0]
show_other_slice(filters, against, sizes)
if not total:
    notices.show_empty_slice(filters)
elif against is not None and sizes["b_count"]:
    show_measures(filters, against)
    show_shifts(filters, against)
    show_telling_words(filters, against, sizes)
    st.caption(
        "Differences are A less B. Their intervals, at 95 %, are Newcombe's for shares and Welch's "
        "for means; they and the p values take conversations for independent draws, which they are "
        "not: 210,479 people wrote the million of LMSYS-Chat-1M, and nothing was drawn at random."
    )
