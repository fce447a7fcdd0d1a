"""The frame of every page: is there a store, may it be shown, which slice, which page."""

import streamlit as st

from dashboard import navigation, paging, session, sidebar, url
from dashboard.components import notices
from dashboard.components.plot import load_script_early
from dashboard.views import licence
from queries.assets import asset
from queries.errors import DataError
from queries.licence import is_acceptance_needed

# The icon is a file of ours: Streamlit has the browser fetch a Material icon from another host.
st.set_page_config(page_title="Chatscape", page_icon=str(asset("logo.svg")), layout="wide")
st.logo(str(asset("wordmark.svg")), icon_image=str(asset("logo.svg")), size="large")
page = navigation.current_page()
with st.sidebar:
    load_script_early()
url.begin()

try:
    opened = session.store()
    if is_acceptance_needed(session.store_path(), opened.version):
        licence.show()
        st.stop()
    navigation.follow()
    filters = sidebar.filters_from_page()
    if url.write_filters(filters):
        paging.begin_again()
    session.set_current_filters(filters)
    notices.show_newer_version()
    sidebar.show_problems()
    page.run()
    # After the page, so that charts are drawn while the counts beside the filters are worked out.
    with st.sidebar:
        navigation.show_links()
        sidebar.show_filters(filters)
except DataError as error:
    notices.show_error(error)
