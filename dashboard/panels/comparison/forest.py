"""All differences between two slices as one picture."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.charts.forest import ForestSection, forest_chart
from dashboard.components.chart_card import show_chart
from dashboard.panels.comparison.differences import (
    MEASURE_LABELS,
    MIX_LABELS,
    decided_text,
    p_value_text,
)
from dashboard.state import session
from queries.breakdowns.all_differences import MIX_ROWS, all_differences
from queries.breakdowns.comparison import MIXES, other_slice
from queries.filters import Filters
from queries.serialisation.records import records

_SHORT_LABELS = {
    "user_flagged_share": "User message flagged",
    "assistant_flagged_share": "Assistant flagged",
    "both_given_user_share": "Assistant, given user",
    "repeated_prompt_share": "First prompt repeats",
    "mean_turn_count": "Turns",
    "mean_prompt_chars": "Prompt characters",
    "mean_response_chars": "Response characters",
}
_MEASURE_FILTERS: Mapping[str, Mapping[str, object]] = {
    "flagged_share": {"flagged": "any"},
    "user_flagged_share": {"flagged": "user"},
    "assistant_flagged_share": {"flagged": "assistant"},
    "redacted_share": {"redacted": "true"},
    "single_turn_share": {"turns": 1},
    "with_code_share": {"has_code": "true"},
}
"""The filters that a measure stands for."""


def show_forest_plot(filters: Filters, against: str) -> None:
    """Draw all differences but those that follow from what A and B were chosen by.

    Args:
        filters: slice A.
        against: slice B, as in the address.
    """
    rows = session.rows(all_differences, filters, against=against)
    other = other_slice(filters, against)
    note = (
        f"A − B with 95 % intervals; filled: adjusted p below 0.05; all measures, and the "
        f"{MIX_ROWS} largest differences of each mix; click a mark to filter A"
    )
    if left_out := decided_text(filters, other):
        note = f"{note}. {left_out}"
    show_chart(
        "all_differences",
        "All differences",
        note,
        forest_chart(list(_sections(rows))),
        rows,
        empty_text="No differences.",
        other=other,
    )


def _sections(rows: pd.DataFrame) -> Iterator[ForestSection]:
    is_measure = rows["of"] == "measure"
    is_mean = is_measure & rows["name"].astype(str).str.startswith("mean_")
    yield ForestSection(
        "Measures, in percentage points", False, _labelled(rows[is_measure & ~is_mean])
    )
    for of in MIXES:
        yield ForestSection(f"Shares of {MIX_LABELS[of]}", False, _labelled(rows[rows["of"] == of]))
    # Of a mean of 0, no difference is a part.
    yield ForestSection(
        "Means, in % of B’s mean", True, _labelled(rows[is_mean & (rows["value_b"] > 0)])
    )


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    texts = [
        {
            "label": _label(row, _SHORT_LABELS),
            "long_label": _label(row, {}),
            "token": _token(row),
            "text_a": _side(row, "a"),
            "text_b": _side(row, "b"),
            "text_p": p_value_text(row["corrected_p"]),
        }
        for row in records(rows)
    ]
    columns = ["label", "long_label", "token", "text_a", "text_b", "text_p"]
    return rows.join(pd.DataFrame(texts, index=rows.index, columns=columns))


def _label(row: Mapping[str, Any], short_labels: Mapping[str, str]) -> str:
    if row["of"] == "measure":
        return short_labels.get(row["name"], MEASURE_LABELS[row["name"]])
    return formats.value(row["of"], row["value"])


def _token(row: Mapping[str, Any]) -> str | None:
    if row["of"] != "measure":
        return filter_token(**{row["of"]: row["value"]})
    values = _MEASURE_FILTERS.get(row["name"])
    return filter_token(**values) if values else None


def _side(row: Mapping[str, Any], side: str) -> str:
    value = row[f"value_{side}"]
    is_mean = row["of"] == "measure" and str(row["name"]).startswith("mean_")
    text = formats.mean(value, 2) if is_mean else formats.share(value)
    return f"{text} (n = {formats.count(row[f'total_{side}'])})"
