"""A line that describes the slice of a page."""

import streamlit as st

from dashboard import formats
from queries.filters import Filters
from queries.filters.describe import describe


def show_slice_caption(conversation_count: float, filters: Filters) -> None:
    """Draw the number of conversations and the filters in words."""
    st.text(f"{formats.conversations(conversation_count)}: {describe(filters)}")
