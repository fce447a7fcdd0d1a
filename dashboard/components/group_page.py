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
        _show_measure(field, rows, filters, measure, note, is_standard=is_standard)
    with right:
        heat(rows)
    show_group_table(f"{field}s", f"All measures by {field}", note, rows, field)
    st.caption(
        "Small figures are 95 % intervals: below a rate Wilson's, in percent; below a mean "
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
    field: str, rows: pd.DataFrame, filters: Filters, name: str, note: str, *, is_standard: bool
) -> None:
    measure, other = MEASURES[name], None
    if is_standard and measure.standardised:
        rates = session.rows(
            groups.standard_rates, filters, by=field, measure=measure.standardised
        ).rename(columns={"conversation_count": "standard_count"})
        rows = rows.merge(rates, on="group_name", how="left")
        other = replace(
            measure.shown, value="standard_share", low="standard_low", high="standard_high"
        )
    elif is_standard:
        note = f"{note} · cannot be standardised: not a rate of conversations"
    figure = dots_chart(
        rows,
        measure.shown,
        field=field,
        colors=session.model_colors() if field == "model" else {},
        other=other,
    )
    columns = _figures(measure.shown, other)
    if rows[measure.shown.value].isna().all():
        rows = rows.head(0)
    show_chart(
        f"{field}s",
        measure.shown.title,
        note,
        figure,
        rows[columns],
        key=f"{field}_measure",
        fields={"group_name": field},
        nothing=f"Nothing to show: no {field} has any {measure.shown.title.lower()}.",
    )


def _figures(shown: Shown, other: Shown | None) -> list[str]:
    named = [shown.total, shown.value, shown.low, shown.high]
    if other is not None:
        named += [other.value, other.low, other.high, "covered_share"]
    return list(dict.fromkeys(["group_name", "conversation_count", *filter(None, named)]))
