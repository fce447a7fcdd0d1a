"""Comparisons to start with, made from the names in the slice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from dashboard import formats
from dashboard.panels.comparison.slice_b import set_both, slice_b_text
from dashboard.state import session
from queries.breakdowns.overview import language_mix, model_mix, slice_size
from queries.filters import Filters

_MIXES = {"model": model_mix, "language": language_mix}


class _Suggestion(NamedTuple):
    label: str
    a: Filters
    against: str


def show_suggestions(filters: Filters) -> None:
    """Draw a button for each comparison that makes sense in a slice, while B is not set."""
    suggestions = list(_suggestions(filters))
    if not suggestions:
        return
    st.markdown("Or start with one of these:")
    with st.container(horizontal=True, key="suggestions"):
        for number, suggestion in enumerate(suggestions):
            st.button(
                formats.escape_markdown(suggestion.label),
                on_click=set_both,
                args=(suggestion.a, suggestion.against),
                key=f"suggestion_{number}",
            )


def _suggestions(filters: Filters) -> Iterator[_Suggestion]:
    """The two most frequent models, the two languages, and conversations flagged or not."""
    for field, mix in _MIXES.items():
        names = session.rows(mix, filters)[field].dropna().tolist()
        if len(names) > 1:
            first, second = (_with_only(filters, field, name) for name in names[:2])
            label = f"{formats.name(names[0])} and {formats.name(names[1])}"
            yield _Suggestion(label, first, slice_b_text(second))
    size = session.rows(slice_size, filters).iloc[0]
    if filters.flagged is None and 0 < size["flagged_count"] < size["judged_count"]:
        flagged = replace(filters, flagged="any")
        others = slice_b_text(replace(filters, flagged="none"))
        yield _Suggestion("Flagged and not flagged", flagged, others)


def _with_only(filters: Filters, field: str, name: str) -> Filters:
    values: dict[str, Any] = {field: (name,)}
    return replace(filters, **values)
