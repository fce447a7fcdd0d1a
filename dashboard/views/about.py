import streamlit as st

from dashboard import session
from dashboard.components.manifest import show_manifest
from queries.assets import asset

st.title("About the data", anchor=False)
with st.container(width=760):
    st.markdown(asset("texts/about.md").read_text(encoding="utf-8"))
    show_manifest(session.store())
