"""What differs between two slices: measures as a table, mixes as a chart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import formats, session
from dashboard.charts.frame import FEW
from dashboard.charts.shifts import shifts_chart
from dashboard.choices import choose
from dashboard.components.chart_card import show_card_head, show_chart
from dashboard.components.table import Head, Row, show_table
from dashboard.components.view_choice import show_choice
from dashboard.picks import pick
from queries import comparison
from queries.filters import Filters
from queries.records import records

WORDS = {
    "flagged_share": "Any message flagged",
    "user_flagged_share": "User message flagged (attempt)",
    "assistant_flagged_share": "Assistant message flagged (success)",
    "both_given_user_share": "Assistant flagged where user is",
    "redacted_share": "Names redacted",
    "single_turn_share": "Single turn",
    "with_code_share": "With a code block",
    "repeated_prompt_share": "First prompt repeats in the store",
    "mean_turn_count": "Mean turns",
    "mean_prompt_chars": "Mean characters of all prompts of a conversation",
    "mean_response_chars": "Mean characters of all responses of a conversation",
}
"""The measures of ``comparison.comparison`` in words."""

_MIX_WORDS = {
    "model": "models",
    "language": "languages",
    "category": "categories",
    "turns": "turns",
}
_HEADS = (
    *(Head("A"), Head("B"), Head("Difference", hint="A less B, with its 95 % interval")),
    Head("Corrected p", hint="after Benjamini and Hochberg, over all rows"),
)


def show_measures(filters: Filters, against: str) -> None:
    """Draw every measure of both slices with its difference."""
    found = session.rows(comparison.comparison, filters, against=against)
    rows = [
        Row(
            cells=[WORDS[row["measure"]], *_cells(row, is_share=_is_share(row["measure"]))],
            notes=["", *_notes(row, is_share=_is_share(row["measure"]))],
            is_few=min(row["total_a"], row["total_b"]) < FEW,
        )
        for row in records(found)
    ]
    with st.container(border=True, key="card_comparison"):
        note = f"{len(found)} measures; small figures are 95 % intervals and, for A and B, n"
        other = comparison.other_slice(filters, against)
        show_card_head(
            "comparison", "Measures of both slices", note, found, key="comparison", other=other
        )
        show_table(
            [Head("Measure", is_number=False), *_HEADS],
            rows,
            caption="Measures of both slices",
            key="table_comparison",
        )


def show_shifts(filters: Filters, against: str) -> None:
    """Draw how a mix shifts: the largest differences as a chart, all of them as a table."""
    of = show_choice("Shift of", "of", comparison.MIXES, words=_MIX_WORDS.__getitem__)
    found = session.rows(comparison.shifts, filters, against=against, of=of)
    columns = st.columns(2)
    title = f"Shift of {_MIX_WORDS[of]}"
    with columns[0]:
        shown = f"{min(12, len(found))} of {len(found):,}"
        note = f"largest differences first, {shown}; a mark of A filters A"
        figure = shifts_chart(found, of)
        fields = {"value": of}
        show_chart(
            "shifts",
            title,
            note,
            figure,
            found,
            fields=fields,
            nothing="Nothing differs.",
            other=comparison.other_slice(filters, against),
        )
    with columns[1], st.container(border=True, height="stretch", key="card_all_shifts"):
        st.subheader(f"All {_MIX_WORDS[of]}", anchor=False)
        rows = [
            Row(
                cells=[formats.value(of, row["value"]), *_cells(row, is_share=True)],
                notes=["", *_notes(row, is_share=True)],
                pick=pick(**{of: row["value"]}),
                is_few=min(row["total_a"], row["total_b"]) < FEW,
            )
            for row in records(found)
        ]
        heads = [Head(of.capitalize(), is_number=False), *_HEADS]
        show_table(heads, rows, caption=title, key="table_shifts", on_choice=choose)


def p_text(value: float) -> str:
    """A p value: three digits, or that it is below a thousandth."""
    if pd.isna(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _is_share(measure: str) -> bool:
    return measure.endswith("_share")


def _cells(row: Mapping[str, Any], *, is_share: bool) -> list[str]:
    p = row["corrected_p"]
    mark = " *" if not pd.isna(p) and p < 0.05 else ""
    return [
        _value(row["value_a"], is_share=is_share),
        _value(row["value_b"], is_share=is_share),
        _difference(row["difference"], is_share=is_share),
        p_text(p) + mark,
    ]


def _notes(row: Mapping[str, Any], *, is_share: bool) -> list[str]:
    return [
        f"n = {formats.count(row['total_a'])}",
        f"n = {formats.count(row['total_b'])}",
        _range(row["low"], row["high"], is_share=is_share),
        "",
    ]


def _value(value: float, *, is_share: bool) -> str:
    return formats.share(value) if is_share else formats.mean(value, 2)


def _difference(value: float, *, is_share: bool) -> str:
    if pd.isna(value):
        return "–"
    return _signed(f"{value * 100:+.2f} points" if is_share else f"{value:+,.2f}")


def _range(low: float, high: float, *, is_share: bool) -> str:
    if pd.isna(low) or pd.isna(high):
        return ""
    low, high = np.array([low, high]) * (100 if is_share else 1)
    return _signed(f"{low:+,.2f} to {high:+,.2f}")


def _signed(text: str) -> str:
    """With a minus sign as wide as the plus."""
    return text.replace("-", "−")
