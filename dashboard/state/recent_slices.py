"""The slices that this reader looked at lately, to be chosen again."""

import streamlit as st

from queries.filters import Filters

RECENT_MAX = 8
"""The number of slices that are remembered."""

_RECENT = "recent_slices"


def remember_slice(filters: Filters) -> None:
    """Put a slice first among the recent ones; all conversations are not worth remembering."""
    if filters == Filters():
        return
    others = [other for other in recent_slices() if other != filters]
    st.session_state[_RECENT] = [filters, *others][:RECENT_MAX]


def recent_slices() -> list[Filters]:
    """The recent slices, the last one first."""
    recent: list[Filters] = st.session_state.get(_RECENT, [])
    return recent
