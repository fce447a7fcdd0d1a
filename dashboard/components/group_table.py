"""One row a model or a language, with everything that is measured of it; sortable."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, url
from dashboard.charts.dots import Shown
from dashboard.charts.frame import FEW
from dashboard.choices import choose
from dashboard.components.chart_card import show_card_head
from dashboard.components.table import Head, Row, show_table
from dashboard.measures import MEASURES, GroupMeasure
from dashboard.picks import pick
from queries.records import records

DEFAULT_SORT = "conversation_count"
_TEXTS = ("group_name", "top_language", "top_model")

_COLUMNS = (
    *("turns", "median_prompt", "p90_prompt", "median_response", "p90_response"),
    *("user_flagged", "assistant_flagged", "both_given_user", "redacted"),
    *("single_turn", "unique_prompt"),
)


def sorted_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups in the order that the address asks for; largest first without one."""
    column, is_descending = _sort(groups)
    return groups.sort_values(
        [column, DEFAULT_SORT], ascending=[not is_descending, False], kind="stable"
    ).reset_index(drop=True)


def show_group_table(name: str, title: str, note: str, groups: pd.DataFrame, field: str) -> None:
    """Draw the rows of ``groups.models`` or ``groups.languages``.

    Args:
        name: which of the two.
        title: of the card.
        note: how many there are, and how many of them are shown.
        groups: the rows to show, in order.
        field: the filter that a row is a value of.
    """
    top = "top_language" if field == "model" else "top_model"
    measures = [MEASURES[column] for column in _COLUMNS]
    heads = [
        Head(field.capitalize(), is_number=False, sort="group_name"),
        Head("Conversations", sort=DEFAULT_SORT),
        *(Head(m.label, sort=m.shown.value, hint=m.hint) for m in measures),
        Head(top.replace("_", " ").capitalize(), is_number=False, sort=top),
    ]
    rows = [_row(row, measures, field, top) for row in records(groups)]
    column, is_descending = _sort(groups)
    with st.container(border=True, key=f"card_{name}"):
        show_card_head(name, title, note, groups, key=name, fields={"group_name": field})
        show_table(
            heads,
            rows,
            caption=title,
            key=f"table_{name}",
            sorted_by=column,
            is_descending=is_descending,
            on_sort=_sorter(groups),
            on_choice=choose,
        )


def _row(row: dict[str, Any], measures: list[GroupMeasure], field: str, top: str) -> Row:
    known = [row[key] for key in ("maker", "access") if isinstance(row.get(key), str)]
    return Row(
        cells=[
            formats.name(row["group_name"]),
            formats.count(row["conversation_count"]),
            *(value_text(row, m.shown) for m in measures),
            formats.name(row[top]),
        ],
        notes=[
            ", ".join(known),
            formats.share(row["slice_share"]),
            *(_interval(row, m.shown) for m in measures),
            "",
        ],
        pick=pick(**{field: row["group_name"]}),
        is_few=row["conversation_count"] < FEW,
    )


def value_text(row: dict[str, Any], shown: Shown) -> str:
    """A measure of a row as a text."""
    value = row[shown.value]
    if shown.is_share:
        return formats.share(value)
    return formats.mean(value, 2) if shown.value == "mean_turn_count" else formats.count(value)


def _interval(row: dict[str, Any], shown: Shown) -> str:
    """Its interval, or of how many it is."""
    if not shown.low or pd.isna(row[shown.low]) or pd.isna(row[shown.high]):
        return ""
    low, high = row[shown.low], row[shown.high]
    if shown.is_share:
        return f"{low * 100:.1f}–{high * 100:.1f}"
    return (
        f"{low:.2f}–{high:.2f}" if shown.value == "mean_turn_count" else f"{low:,.0f}–{high:,.0f}"
    )


def _sort(groups: pd.DataFrame) -> tuple[str, bool]:
    column = asked_sort()
    if column not in groups.columns or column != url.parameter("sort", DEFAULT_SORT):
        return DEFAULT_SORT, True
    default = "asc" if column in _TEXTS else "desc"
    return column, url.parameter("order", default) != "asc"


def asked_sort() -> str:
    """The column that the address asks for, if rows can be sorted by it, else the default."""
    column = url.parameter("sort", DEFAULT_SORT)
    return column if column in _sorts() else DEFAULT_SORT


def _sorts() -> set[str]:
    return {*_TEXTS, DEFAULT_SORT, *(MEASURES[name].shown.value for name in _COLUMNS)}


def _sorter(groups: pd.DataFrame) -> Callable[[str], None]:
    """Sorts by a column, from the largest; once more turns the order round, then back."""

    def sort_by(column: str) -> None:
        before, is_descending = _sort(groups)
        first, second = ("asc", "desc") if column in _TEXTS else ("desc", "asc")
        order: str | None = first
        if column == before:
            order = second if is_descending == (first == "desc") else None
        is_default = order is None or (column == DEFAULT_SORT and order == "desc")
        url.write_parameters(
            {"sort": None if is_default else column, "order": None if is_default else order}
        )

    return sort_by
