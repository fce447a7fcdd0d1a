"""Differences between two slices: measures as a table, mixes as a chart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.comparison import shifts_chart
from dashboard.charts.figure_parts import SMALL_N
from dashboard.charts.filter_token import filter_token
from dashboard.components.chart_card import show_card_header, show_chart
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.components.url_widgets import show_choice
from dashboard.state import session
from dashboard.state.cross_filter import toggle_filter_token
from queries.breakdowns import comparison
from queries.breakdowns.tautologies import decided_categories, decided_measures, is_decided_mix
from queries.filters import Filters, Slice
from queries.serialisation.records import records

MEASURE_LABELS = {
    "flagged_share": "Any message flagged",
    "user_flagged_share": "User message flagged (attempt)",
    "assistant_flagged_share": "Assistant message flagged (success)",
    "both_given_user_share": "Assistant flagged, given a flagged user message",
    "redacted_share": "Names redacted",
    "single_turn_share": "Single turn",
    "with_code_share": "With a code block",
    "repeated_prompt_share": "First prompt repeats in the store",
    "mean_turn_count": "Mean turns",
    "mean_prompt_chars": "Mean characters of all prompts of a conversation",
    "mean_response_chars": "Mean characters of all responses of a conversation",
}
"""Labels of the measures of ``comparison.comparison``."""

MIX_LABELS = {
    "model": "models",
    "language": "languages",
    "topic": "topics",
    "category": "categories",
    "turns": "turns",
}
"""The plural of what each mix of ``comparison.shifts`` is of."""

_KNOWN_WORDS = {"category": "verdicts known for", "topic": "topics known for"}
"""How a note begins of mixes that are shares of a part of the conversations."""

_COLUMNS = (
    *(
        TableColumn("A"),
        TableColumn("B"),
        TableColumn("Difference", hint="A minus B, with its 95 % confidence interval"),
    ),
    TableColumn("Adjusted p", hint="Benjamini–Hochberg over all rows"),
)


def show_measure_table(filters: Filters, against: str) -> None:
    """Draw a table of all measures of both slices and their differences.

    Args:
        filters: slice A.
        against: slice B, as in the address.
    """
    measures = session.rows(comparison.comparison, filters, against=against)
    free = measures[~measures["is_decided"]]
    rows = [
        TableRow(
            cells=[
                MEASURE_LABELS[row["measure"]],
                *_cells(row, is_share=_is_share(row["measure"])),
            ],
            notes=["", *_notes(row, is_share=_is_share(row["measure"]))],
            is_small=min(row["total_a"], row["total_b"]) < SMALL_N,
        )
        for row in records(free)
    ]
    with st.container(border=True, key="card_comparison"):
        sizes = session.rows(comparison.overlap, filters, against=against).iloc[0]
        judged = free[free["measure"] == "flagged_share"]
        known = _known_note(judged, sizes, _KNOWN_WORDS["category"])
        note = (
            f"{known}{len(free)} measures; the small figures are n for A "
            "and B, and 95 % confidence intervals for differences"
        )
        other = comparison.other_slice(filters, against)
        if left_out := decided_text(filters, other):
            note = f"{note}. {left_out}"
        show_card_header(
            "comparison", "Measures of both slices", note, measures, key="comparison", other=other
        )
        show_table(
            [TableColumn("Measure", is_number=False), *_COLUMNS],
            rows,
            caption="Measures of both slices",
            key="table_comparison",
        )


def show_shifts(filters: Filters, against: str) -> None:
    """Draw the shifts of a mix: the largest as a chart, all of them as a table.

    Args:
        filters: slice A.
        against: slice B, as in the address.
    """
    other = comparison.other_slice(filters, against)
    has_topics = bool(session.names("topic"))
    mixes = [name for name in comparison.MIXES if name != "topic" or has_topics]
    # A mix that A and B were chosen by comes last: it says what they are, not how they differ.
    mixes.sort(key=lambda of: is_decided_mix(filters, other, of))
    of = show_choice("Shift of", "of", mixes, label_of=MIX_LABELS.__getitem__)
    shifts = session.rows(comparison.shifts, filters, against=against, of=of)
    columns = st.columns(2)
    title = f"Shift of {MIX_LABELS[of]}"
    with columns[0]:
        sizes = session.rows(comparison.overlap, filters, against=against).iloc[0]
        known = _known_note(shifts, sizes, _KNOWN_WORDS[of]) if of in _KNOWN_WORDS else ""
        note = (
            f"{known}the {min(12, len(shifts))} largest of {len(shifts):,} differences; "
            f"click a mark of A to filter A{_decided_note(filters, other, of)}"
        )
        figure = shifts_chart(shifts, of)
        fields = {"value": of}
        show_chart(
            "shifts",
            title,
            note,
            figure,
            shifts,
            fields=fields,
            empty_text="No differences.",
            other=other,
        )
    with columns[1], st.container(border=True, height="stretch", key="card_all_shifts"):
        st.subheader(f"All {MIX_LABELS[of]}", anchor=False)
        rows = [
            TableRow(
                cells=[formats.value(of, row["value"]), *_cells(row, is_share=True)],
                notes=["", *_notes(row, is_share=True)],
                token=filter_token(**{of: row["value"]}),
                is_small=min(row["total_a"], row["total_b"]) < SMALL_N,
            )
            for row in records(shifts)
        ]
        table_columns = [TableColumn(of.capitalize(), is_number=False), *_COLUMNS]
        show_table(
            table_columns, rows, caption=title, key="table_shifts", on_choice=toggle_filter_token
        )


def decided_text(filters: Filters, other: Slice) -> str:
    """A sentence that says which differences are left out; empty if none is.

    Args:
        filters: slice A.
        other: slice B.
    """
    measures = decided_measures(filters, other)
    names = [label for name, label in MEASURE_LABELS.items() if name in measures]
    names += [MIX_LABELS[of] for of in comparison.MIXES if is_decided_mix(filters, other, of)]
    names += sorted(decided_categories(filters, other))
    return f"Left out, because A and B were chosen by it: {', '.join(names)}" if names else ""


def _decided_note(filters: Filters, other: Slice, of: str) -> str:
    return "; A and B were chosen by it" if is_decided_mix(filters, other, of) else ""


def _known_note(rows: pd.DataFrame, sizes: pd.Series, words: str) -> str:
    """Of how many conversations of each side something is known; empty if of all.

    Args:
        rows: rows of ``comparison.shifts`` or ``comparison.comparison`` over the same totals.
        sizes: the row of ``comparison.overlap``.
        words: what is known, as the note begins.
    """
    if rows.empty:
        return ""
    known = {side: int(rows[f"total_{side}"].iloc[0]) for side in "ab"}
    if all(known[side] == sizes[f"{side}_count"] for side in "ab"):
        return ""
    counts = [
        f"{formats.count(known[side])} of {formats.conversations(sizes[f'{side}_count'])} "
        f"of {side.upper()}"
        for side in "ab"
    ]
    return f"{words} {' and '.join(counts)}; "


def p_value_text(value: float) -> str:
    """A p value with three decimals, or "< 0.001"."""
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
        p_value_text(p) + mark,
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
    """A signed number with a true minus sign instead of a hyphen."""
    return text.replace("-", "−")
