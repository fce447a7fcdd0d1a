"""What the pages of models and of languages have in common."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, session
from dashboard.charts.dots import Shown, dots_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.group_table import show_group_table, sorted_groups
from dashboard.components.view_choice import show_choice, show_switch, show_text
from dashboard.measures import MEASURES
from queries import groups
from queries.filters import Filters

_TOP = ("25", "50", "all")


def show_group_page(field: str, found: pd.DataFrame, filters: Filters, heat: Any) -> None:  # noqa: ANN401
    """Draw the controls, a chart of one measure, what ``heat`` draws, and the table.

    Args:
        field: `model` or `language`.
        found: the rows of ``groups.models`` or ``groups.languages``.
        filters: the slice.
        heat: draws the chart beside the first one.
    """
    other = "language" if field == "model" else "model"
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        measure = show_choice(
            "Measure",
            "measure",
            list(MEASURES),
            words=lambda name: MEASURES[name].label,
            kind="list",
            width=220,
        )
        is_standard = show_switch(
            f"Standardise by {other}",
            "standardise",
            help_=(
                f"What the rate would be if every {field} had the {other} mix of the whole slice "
                f"(direct standardisation); a {other} that a {field} lacks is left out."
            ),
        )
        is_log = show_switch("Log scale", "log")
        top = show_choice("Show", "top", _TOP, words=lambda n: "all" if n == "all" else f"top {n}")
        find = show_text(f"Find a {field}", "find", placeholder="part of a name", width=200)
    rows = _asked(sorted_groups(found), find, top)
    if rows.empty:
        sentence = (
            f"No {field} of the slice has “{find}” in its name: take that away to see them all."
        )
        st.info(formats.plain(sentence), icon=":material/search_off:")
        return
    note = _note(found, rows, field)
    left, right = st.columns(2)
    with left:
        _show_measure(field, rows, filters, measure, note, is_standard=is_standard, is_log=is_log)
    with right:
        heat(rows)
    show_group_table(f"{field}s", f"All measures by {field}", note, rows, field)
    st.caption(
        "Small figures are 95 % intervals (below conversations, their share of the slice): below a "
        "rate Wilson's, in percent; below a mean "
        "Student's; below a quantile one from the order of the lengths. Rows of fewer than 30 "
        "conversations are pale. Lengths are characters of a message."
    )


def _asked(found: pd.DataFrame, find: str, top: str) -> pd.DataFrame:
    if find:
        names = found["group_name"].map(formats.name).str.lower()
        found = found[names.str.contains(find.lower(), regex=False)].reset_index(drop=True)
    return found if top == "all" else found.head(int(top))


def _note(found: pd.DataFrame, rows: pd.DataFrame, field: str) -> str:
    total = formats.conversations(found["conversation_count"].sum())
    names = f"{len(found):,} {field}s" if len(found) != 1 else f"1 {field}"
    shown = "" if len(rows) == len(found) else f", {len(rows):,} of them shown"
    return f"n = {total} · {names}{shown}"


def _show_measure(
    field: str,
    rows: pd.DataFrame,
    filters: Filters,
    name: str,
    note: str,
    *,
    is_standard: bool,
    is_log: bool,
) -> None:
    measure, other = MEASURES[name], None
    shown = measure.shown
    if is_standard and measure.standardised:
        rows = _with_standard_rates(rows, filters, field, measure.standardised)
        other = replace(shown, value="standard_share", low="standard_low", high="standard_high")
    elif is_standard:
        note = f"{note} · cannot be standardised: not a rate of conversations"
    if is_log and (rows[shown.value] == 0).any():
        note = f"{note} · zeros have no place on a log scale"
    figure = dots_chart(
        rows,
        shown,
        field=field,
        colors=session.model_colors() if field == "model" else {},
        other=other,
        scale="log" if is_log else "linear",
    )
    if rows[shown.value].isna().all():
        rows = rows.head(0)
    show_chart(
        f"{field}s",
        shown.title,
        note,
        figure,
        rows[_figures(shown, other)],
        key=f"{field}_measure",
        fields={"group_name": field},
        nothing=f"Nothing to show: no {field} has any {shown.title.lower()}.",
    )


def _with_standard_rates(
    rows: pd.DataFrame, filters: Filters, field: str, measure: str
) -> pd.DataFrame:
    rates = session.rows(groups.standard_rates, filters, by=field, measure=measure)
    named = rates.rename(columns={"conversation_count": "standard_count"})
    return rows.merge(named, on="group_name", how="left")


def _figures(shown: Shown, other: Shown | None) -> list[str]:
    named = [shown.total, shown.value, shown.low, shown.high]
    if other is not None:
        named += [other.value, other.low, other.high, "covered_share"]
    return list(dict.fromkeys(["group_name", "conversation_count", *filter(None, named)]))
