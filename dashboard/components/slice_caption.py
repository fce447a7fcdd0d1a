"""One line that says which conversations a page is about."""

import streamlit as st

from dashboard import formats
from queries.describe import describe
from queries.filters import Filters


def show_slice_caption(conversation_count: float, filters: Filters) -> None:
    """How many conversations, and which, in words."""
    st.text(f"{formats.conversations(conversation_count)}: {describe(filters)}")
