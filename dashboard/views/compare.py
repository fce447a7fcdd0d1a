import streamlit as st

from dashboard.components import notices
from dashboard.components.page_header import show_page_header
from dashboard.panels.comparison.differences import show_measure_table, show_shifts
from dashboard.panels.comparison.distinctive_words import show_distinctive_words
from dashboard.panels.comparison.forest import show_forest_plot
from dashboard.panels.comparison.pickers import show_pickers
from dashboard.panels.comparison.slice_b import show_slices, slice_b_in_address
from dashboard.panels.comparison.suggestions import show_suggestions
from dashboard.state import session
from queries.breakdowns import comparison

filters, total = show_page_header(has_caption=False)
against = slice_b_in_address(filters)
sizes = session.rows(comparison.overlap, filters, against=against or "").iloc[0]
show_pickers(filters, against)
show_slices(filters, against, sizes)
if not total:
    notices.show_empty_slice(filters)
elif against is None:
    show_suggestions(filters)
elif sizes["b_count"]:
    show_forest_plot(filters, against)
    show_measure_table(filters, against)
    show_shifts(filters, against)
    show_distinctive_words(filters, against, sizes)
    st.caption(
        "Differences are A minus B, with 95 % intervals: Newcombe's for shares, Welch's for "
        "means. They and the p values treat conversations as independent draws. Shares of flagged "
        "ones are of the n conversations with a known verdict. "
        f"{session.store().loaded_dataset.caveat}"
    )
