"""Slice B of a comparison: everything else, or other filters; in the address as ``against``."""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import formats, sidebar, url
from queries.comparison import REST, other_slice
from queries.describe import describe
from queries.errors import FilterError
from queries.filters import Filters

_KEY = "against"


def chosen_against(filters: Filters) -> str | None:
    """Slice B as the address has it; None where it has none, or one that cannot be read."""
    text = url.parameter(_KEY, "")
    if not text:
        return None
    try:
        other = other_slice(filters, text)
    except FilterError as error:
        st.warning(formats.plain(f"Slice B could not be read: {error}"))
        return None
    if not isinstance(other, Filters):
        return text
    known, problems = sidebar.known_only(other)
    for problem in problems:
        st.warning(formats.plain(f"Slice B: {problem}"), icon=":material/link_off:")
    return said(known) if problems else text


def said(filters: Filters) -> str:
    """Filters as the address has slice B; all conversations are a text too."""
    return urlencode(filters.pairs()) or "unique_prompts=false"


def show_other_slice(filters: Filters, against: str | None, sizes: pd.Series) -> None:
    """Draw both slices in words, and the ways to another B.

    Args:
        filters: slice A.
        against: slice B, or None.
        sizes: the row of ``comparison.overlap``.
    """
    with st.container(border=True, key="slices"):
        _show_side("A", describe(filters), sizes["a_count"])
        if against is None:
            st.markdown(
                "**B** is not chosen yet. Take everything that A is not; or keep the current "
                "filters as B, and then choose those of A in the sidebar."
            )
        else:
            _show_side("B", describe(other_slice(filters, against)), sizes["b_count"])
        with st.container(horizontal=True):
            st.button("B = everything else", on_click=_set, args=(REST,), key="b_rest")
            st.button(
                "B = current filters",
                on_click=_set,
                args=(said(filters),),
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
    st.markdown(f"**{name}** {formats.plain(f'{formats.conversations(count)}: {words}')}")


def _show_warning(filters: Filters, against: str | None, sizes: pd.Series) -> None:
    if against is None:
        return
    if against == REST and filters == Filters():
        st.info("A is everything, so nothing is left for B. Choose filters in the sidebar.")
    elif not sizes["b_count"]:
        st.info("No conversation is in B. Choose another one.")
    elif sizes["a_count"] == sizes["b_count"] == sizes["both_count"]:
        st.info("A and B are the same conversations. Choose another B, or other filters for A.")
    elif sizes["both_count"]:
        shared = formats.conversations(sizes["both_count"])
        verb = "stands" if sizes["both_count"] == 1 else "stand"
        st.info(
            f"{shared} {verb} in both slices. Differences are then smaller than between slices "
            "that share none, and their intervals, which take the slices for independent, are not "
            "exact."
        )


def _set(against: str) -> None:
    url.write_parameters({_KEY: against})


def _swap(filters: Filters, against: str) -> None:
    other = other_slice(filters, against)
    if isinstance(other, Filters):
        other, _ = sidebar.known_only(other)
        url.write_step(other, {_KEY: said(filters)})
        sidebar.seed(other)
