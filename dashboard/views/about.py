import streamlit as st

from dashboard.components.page_header import show_title
from dashboard.panels.about.manifest import show_manifest
from dashboard.panels.about.published import show_published_figures
from dashboard.state import session

show_title()
with st.container(width=760):
    st.markdown(session.store().loaded_dataset.about)
    show_manifest(session.store())
    show_published_figures(session.store())
