import streamlit as st

from dashboard.components.index_progress import show_failed_build, show_index_progress
from dashboard.components.page_header import show_page_header
from dashboard.panels.search.form import show_search_form
from dashboard.panels.search.help import show_search_help
from dashboard.panels.search.page import show_results, show_similar_header
from dashboard.process import open_stores
from dashboard.state import session
from queries.errors import IndexMissingError

filters, total = show_page_header()
# In containers for the reason that app.py gives.
with st.container():
    is_building = show_index_progress("search_index", is_awaited=True)
    show_failed_build()
if session.store().index_facts is None:
    if not is_building:
        raise IndexMissingError(open_stores.store_path().path)
else:
    request = show_search_form()
    with st.container():
        if request.like_id:
            show_similar_header(request)
    if request.has_query:
        show_results(request, filters)
    else:
        show_search_help()
