import streamlit as st

from dashboard import session
from dashboard.components.manifest import show_manifest
from queries.assets import asset
from queries.breakdowns import slice_size
from queries.filters import Filters

st.title("About the data", anchor=False)
with st.container(width=760):
    st.markdown(asset("texts/about.md").read_text(encoding="utf-8"))
    store = session.store()
    size = session.rows(slice_size, Filters())
    show_manifest(
        store.manifest,
        conversations=int(size["conversation_count"].iloc[0]),
        messages=int(size["message_count"].iloc[0]),
        removed=store.manifest.get("left_out_count", 0) + len(store.removed_ranks),
    )
