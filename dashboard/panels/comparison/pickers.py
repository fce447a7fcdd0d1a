"""Pickers of slices A and B: everything, everything else, and the slices looked at lately."""

from urllib.parse import parse_qsl

import streamlit as st

from dashboard.panels.comparison.slice_b import set_b, set_both, slice_b_text
from dashboard.state import filter_state, query_params
from dashboard.state.recent_slices import recent_slices
from queries.breakdowns.comparison import REST
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.describe import describe
from queries.filters.parsing import filters_from_pairs

_LABELS = {REST: "everything else"}


def show_pickers(filters: Filters, against: str | None) -> None:
    """Draw the pickers side by side.

    Args:
        filters: slice A.
        against: slice B, as in the address; None if it is not set.
    """
    recent = [slice_b_text(slice_) for slice_ in (Filters(), *recent_slices())]
    current = slice_b_text(filters)
    for column, side in zip(st.columns(2), "ab", strict=True):
        chosen = current if side == "a" else against
        options = [*([] if side == "a" else [REST]), *recent]
        options = list(dict.fromkeys([*options, *([chosen] if chosen else [])]))
        # The address decides what is chosen, not what the picker had before.
        st.session_state[_key(side)] = chosen
        with column:
            st.selectbox(
                f"Choose {side.upper()}",
                options,
                index=None,
                key=_key(side),
                format_func=_label,
                placeholder="a recent slice",
                on_change=_choose_a if side == "a" else _choose_b,
                args=(against,) if side == "a" else (),
            )


def _key(side: str) -> str:
    return f"pick_{side}"


def _label(text: str) -> str:
    return _LABELS.get(text) or describe(filters_from_pairs(parse_qsl(text)))


def _choose_a(against: str | None) -> None:
    text = st.session_state[_key("a")]
    filters = Filters() if text is None else _filters(str(text))
    if against is None:
        query_params.set_filters_and_params(filters, {})
        filter_state.set_filters(filters)
    else:
        set_both(filters, against)


def _choose_b() -> None:
    text = st.session_state[_key("b")]
    set_b(None if text is None else str(text))


def _filters(text: str) -> Filters:
    try:
        filters, _ = filter_state.drop_unknown_values(filters_from_pairs(parse_qsl(text)))
    except FilterError:
        return Filters()  # Only a manipulated page sends what is no slice.
    return filters
