"""The frame of every page: is there a store, may it be shown, which slice, which page."""

import streamlit as st

from dashboard import afterwards, navigation, paging, people, reruns, session, sidebar, url
from dashboard.components import notices
from dashboard.components.person import show_person
from dashboard.components.plot import load_script_early
from dashboard.views import licence, sign_in
from queries.assets import asset
from queries.licence import is_acceptance_needed

began = reruns.begin()
# The icon is a file of ours, and set before there are pages: Streamlit has the browser fetch the
# Material icon of a page from another host.
icon = str(asset("logo.svg"))
st.set_page_config(page_icon=icon, layout="wide")
page = navigation.current_page()
st.set_page_config(page_title=f"{page.title} · Chatscape")
st.logo(str(asset("wordmark.svg")), icon_image=icon, size="large")
sidebar.restore_seeded()
url.begin()
afterwards.begin()

with notices.errors_shown():
    if people.must_sign_in():
        sign_in.show()
        st.stop()
    people.enter()
    with st.sidebar:
        load_script_early()
    if is_acceptance_needed(session.store_path(), session.store().version):
        licence.show()
        st.stop()
    with notices.errors_shown():
        navigation.follow()
    filters = sidebar.filters_from_page()
    if url.write_filters(filters):
        paging.begin_again()
    session.set_current_filters(filters)
    notices.show_newer_version()
    sidebar.show_problems()
    with notices.errors_shown():
        page.run()
    # After the page, so that charts are drawn while the counts beside the filters are worked out;
    # and whatever became of the page, because the filters are the way out.
    with st.sidebar:
        navigation.show_links(page)
        sidebar.show_filters(filters)
        show_person()
    with notices.errors_shown():
        afterwards.finish()
url.settle()
reruns.end(began)
