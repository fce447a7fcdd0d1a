"""A sortable table of models or languages with all measures."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.figure_parts import SMALL_N
from dashboard.charts.filter_token import filter_token
from dashboard.charts.groups import MeasureSpec
from dashboard.components.chart_card import show_card_header
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.panels.groups.measures import GROUP_MEASURES, WITHOUT_UNKNOWN, GroupMeasure
from dashboard.state import query_params
from dashboard.state.cross_filter import toggle_filter_token
from queries.serialisation.records import records

DEFAULT_SORT = "conversation_count"
_TEXTS = ("group_name", "top_language", "top_model")

_COLUMNS = (
    *("turns", "median_prompt", "p90_prompt", "median_response", "p90_response"),
    *("user_flagged", "assistant_flagged", "both_given_user", "redacted"),
    *("single_turn", "unique_prompt"),
)


def sorted_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups in the order requested in the address, by default the largest first."""
    column, is_descending = _sort(groups)
    return groups.sort_values(
        [column, DEFAULT_SORT], ascending=[not is_descending, False], kind="stable"
    ).reset_index(drop=True)


def show_group_table(name: str, title: str, note: str, groups: pd.DataFrame, field: str) -> None:
    """Draw the rows of ``groups.models`` or ``groups.languages``.

    Args:
        name: name of the breakdown.
        title: title of the card.
        note: note of the card.
        groups: the rows, in order.
        field: the filter that a row is a value of.
    """
    top = "top_language" if field == "model" else "top_model"
    measures = [GROUP_MEASURES[column] for column in _COLUMNS]
    columns = [
        TableColumn(field.capitalize(), is_number=False, sort="group_name"),
        TableColumn("Conversations", sort=DEFAULT_SORT),
        *(TableColumn(m.label, sort=m.spec.value, hint=m.hint) for m in measures),
        TableColumn(top.replace("_", " ").capitalize(), is_number=False, sort=top),
    ]
    rows = [_row(row, measures, field, top) for row in records(groups)]
    column, is_descending = _sort(groups)
    with st.container(border=True, key=f"card_{name}"):
        show_card_header(name, title, note, groups, key=name, fields={"group_name": field})
        show_table(
            columns,
            rows,
            caption=title,
            key=f"table_{name}",
            sorted_by=column,
            is_descending=is_descending,
            on_sort=_sorter(groups),
            on_choice=toggle_filter_token,
        )


def _row(row: dict[str, Any], measures: list[GroupMeasure], field: str, top: str) -> TableRow:
    details = [row[key] for key in ("maker", "access") if isinstance(row.get(key), str)]
    return TableRow(
        cells=[
            formats.name(row["group_name"]),
            formats.count(row["conversation_count"]),
            *(measure_text(row, m.spec) for m in measures),
            formats.name(row[top]),
        ],
        notes=[
            ", ".join(details),
            formats.share(row["slice_share"]),
            *(_interval(row, m.spec) for m in measures),
            "",
        ],
        token=filter_token(**{field: row["group_name"]}),
        is_small=row["conversation_count"] < SMALL_N,
    )


def measure_text(row: dict[str, Any], spec: MeasureSpec) -> str:
    """A measure of a row, formatted."""
    value = row[spec.value]
    if spec.is_share:
        return formats.share(value)
    return formats.mean(value, 2) if spec.value == "mean_turn_count" else formats.count(value)


def _interval(row: dict[str, Any], spec: MeasureSpec) -> str:
    """The interval of a measure; empty if it has none."""
    if not spec.low or pd.isna(row[spec.low]) or pd.isna(row[spec.high]):
        return ""
    low, high = row[spec.low], row[spec.high]
    if spec.is_share:
        return f"{low * 100:.1f}–{high * 100:.1f}{_known_note(row, spec)}"
    return f"{low:.2f}–{high:.2f}" if spec.value == "mean_turn_count" else f"{low:,.0f}–{high:,.0f}"


def _known_note(row: dict[str, Any], spec: MeasureSpec) -> str:
    """How many verdicts a share is taken over, if some are unknown."""
    whole = WITHOUT_UNKNOWN.get(spec.total, spec.total)
    return "" if row[spec.total] == row[whole] else f", n = {formats.count(row[spec.total])}"


def _sort(groups: pd.DataFrame) -> tuple[str, bool]:
    column = requested_sort()
    if column not in groups.columns or column != query_params.get_param("sort", DEFAULT_SORT):
        return DEFAULT_SORT, True
    default = "asc" if column in _TEXTS else "desc"
    return column, query_params.get_param("order", default) != "asc"


def requested_sort() -> str:
    """The column to sort by from the address, or the default if it is not sortable."""
    column = query_params.get_param("sort", DEFAULT_SORT)
    return column if column in _sortable_columns() else DEFAULT_SORT


def _sortable_columns() -> set[str]:
    return {*_TEXTS, DEFAULT_SORT, *(GROUP_MEASURES[name].spec.value for name in _COLUMNS)}


def _sorter(groups: pd.DataFrame) -> Callable[[str], None]:
    """A callback that sorts by a clicked column; clicking again reverses, a third click resets."""

    def sort_by(column: str) -> None:
        before, is_descending = _sort(groups)
        first, second = ("asc", "desc") if column in _TEXTS else ("desc", "asc")
        order: str | None = first
        if column == before:
            order = second if is_descending == (first == "desc") else None
        is_default = order is None or (column == DEFAULT_SORT and order == "desc")
        query_params.set_params(
            {"sort": None if is_default else column, "order": None if is_default else order}
        )

    return sort_by
