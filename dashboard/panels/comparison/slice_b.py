"""Slice B of a comparison: everything else, or other filters, kept in the address."""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.state import filter_state, query_params
from queries.breakdowns.comparison import REST, other_slice
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.describe import describe

_KEY = "against"


def slice_b_in_address(filters: Filters) -> str | None:
    """Slice B as text from the address; None if it is missing or invalid.

    Unknown values are dropped with a warning; topics given by number get their label.
    """
    text = query_params.get_param(_KEY, "")
    if not text:
        return None
    try:
        other = other_slice(filters, text)
    except FilterError as error:
        st.warning(formats.escape_markdown(f"Slice B in this link is not valid: {error}"))
        return None
    if not isinstance(other, Filters):
        return text
    known, problems = filter_state.drop_unknown_values(other)
    for problem in problems:
        st.warning(formats.escape_markdown(f"Slice B: {problem}"), icon=":material/link_off:")
    return text if known == other else slice_b_text(known)


def slice_b_text(filters: Filters) -> str:
    """Filters as slice B in the address; never empty, even for all conversations."""
    return urlencode(filters.pairs()) or "unique_prompts=false"


def show_slices(filters: Filters, against: str | None, sizes: pd.Series) -> None:
    """Draw both slices in words, and buttons to choose slice B.

    Args:
        filters: slice A.
        against: slice B, or None.
        sizes: the row of ``comparison.overlap``.
    """
    with st.container(border=True, key="slices"):
        _show_side("A", describe(filters), sizes["a_count"])
        if against is None:
            st.markdown(
                "**B** is not set. Compare A with everything else, or save the current filters as "
                "B and then choose filters for A in the sidebar."
            )
        else:
            _show_side("B", describe(other_slice(filters, against)), sizes["b_count"])
        with st.container(horizontal=True):
            st.button("B = everything else", on_click=set_b, args=(REST,), key="b_rest")
            st.button(
                "B = current filters",
                on_click=set_b,
                args=(slice_b_text(filters),),
                key="b_now",
            )
            if against not in (None, REST):
                st.button(
                    "Swap A and B",
                    icon=":material/swap_horiz:",
                    on_click=_swap,
                    args=(filters, against),
                    key="swap",
                )
        _show_warning(filters, against, sizes)


def _show_side(name: str, words: str, count: float) -> None:
    st.markdown(f"**{name}** {formats.escape_markdown(f'{formats.conversations(count)}: {words}')}")


def _show_warning(filters: Filters, against: str | None, sizes: pd.Series) -> None:
    if against is None:
        return
    if against == REST and filters == Filters():
        st.info(
            "A contains all conversations, so nothing is left for B. Choose filters in the sidebar."
        )
    elif not sizes["b_count"]:
        st.info("B is empty. Choose another slice.")
    elif sizes["a_count"] == sizes["b_count"] == sizes["both_count"]:
        st.info("A and B contain the same conversations. Choose another B, or other filters for A.")
    elif sizes["both_count"]:
        shared = formats.conversations(sizes["both_count"])
        verb = "is" if sizes["both_count"] == 1 else "are"
        st.info(
            f"{shared} {verb} in both slices. This makes differences smaller, and their intervals "
            "are not exact because they assume independent slices."
        )


def set_b(against: str | None) -> None:
    """Choose slice B; None for none. For callbacks."""
    query_params.set_params({_KEY: against})


def set_both(filters: Filters, against: str) -> None:
    """Choose both slices, as one step of the history. For callbacks."""
    query_params.set_filters_and_params(filters, {_KEY: against})
    filter_state.set_filters(filters)


def _swap(filters: Filters, against: str) -> None:
    other = other_slice(filters, against)
    if isinstance(other, Filters):
        other, _ = filter_state.drop_unknown_values(other)
        set_both(other, slice_b_text(filters))
