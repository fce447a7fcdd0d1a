"""The script of every page: sign-in, licence, filters, the page, and the sidebar."""

import streamlit as st

from dashboard.components import filter_sidebar, index_progress, notices, page_links
from dashboard.components.account_menu import show_account
from dashboard.components.dataset_badge import show_dataset_badge
from dashboard.components.plotly_chart import load_script_early
from dashboard.process import open_stores, rerun_metrics
from dashboard.state import (
    current_user,
    deferred,
    filter_revision,
    filter_state,
    navigation,
    pagination,
    query_params,
    recent_slices,
    session,
)
from dashboard.views import licence, sign_in
from queries.assets import asset
from queries.state.licence import is_acceptance_needed

started = rerun_metrics.start_timer()
# The icon is a local file, set before the pages are registered: otherwise Streamlit has the browser
# fetch the Material icon of the page from another host.
icon = str(asset("logo.svg"))
st.set_page_config(page_icon=icon, layout="wide")
current = page_links.register_pages()
st.set_page_config(page_title=f"{current.title} · Chatscape")
st.logo(str(asset("wordmark.svg")), icon_image=icon, size="large")
filter_revision.merge_outdated()
query_params.sync_from_browser(navigation.current_page().name)
deferred.reset()

with notices.error_boundary():
    if current_user.must_sign_in():
        sign_in.show_sign_in()
        st.stop()
    current_user.log_page_open()
    with st.sidebar:
        load_script_early()
    session.take_up_index()
    if is_acceptance_needed(open_stores.store_path(), session.store().version):
        licence.show_licence()
        st.stop()
    with notices.error_boundary():
        page_links.follow_pending_navigation()
    filters = filter_state.filters_from_page()
    if query_params.set_filter_params(filters):
        pagination.reset_page()
    session.set_current_filters(filters)
    recent_slices.remember_slice(filters)
    # What comes and goes has a container of its own: what is below keeps its place, or it would be
    # there twice until the page is whole.
    with st.container():
        notices.show_newer_version()
    with notices.error_boundary():
        show_dataset_badge()
    with st.container():
        filter_sidebar.show_problems()
    with notices.error_boundary():
        current.run()
    # After the page, so that charts are drawn while the counts of the filters are computed. Drawn
    # even if the page failed, because changing the filters may be the remedy.
    with st.sidebar:
        page_links.show_links()
        with st.container():
            index_progress.show_index_progress("sidebar_index")
        filter_sidebar.show_filters(filters)
        show_account()
    with notices.error_boundary():
        deferred.run_deferred()
query_params.end_run()
rerun_metrics.stop_timer(started)
