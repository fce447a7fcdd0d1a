"""What the pages of models and of languages have in common."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from dashboard import formats, session
from dashboard.charts.dots import Shown, dots_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.group_table import asked_sort, show_group_table, sorted_groups
from dashboard.components.view_choice import show_choice, show_switch, show_text
from dashboard.measures import MEASURES
from queries import groups
from queries.filters import Filters
from queries.schema import GroupColumn

_TOP = ("25", "50", "all")


@dataclass(frozen=True, slots=True)
class _Controls:
    """How the page is looked at."""

    measure: str
    is_standard: bool
    is_log: bool
    top: str
    find: str

    def kept(self, found: pd.DataFrame) -> pd.DataFrame:
        """The groups that are asked for, of those in the slice."""
        if self.find:
            names = found["group_name"].map(formats.name).str.lower()
            is_found = names.str.contains(self.find.lower(), regex=False)
            found = found[is_found].reset_index(drop=True)
        return found if self.top == "all" else found.head(int(self.top))


def show_group_page(
    field: GroupColumn,
    filters: Filters,
    every: Callable[..., pd.DataFrame],
    heat: Callable[[pd.DataFrame], None],
) -> None:
    """Draw the controls, a chart of one measure, what ``heat`` draws, and the table.

    Args:
        field: `model` or `language`.
        filters: the slice.
        every: ``groups.models`` or ``groups.languages``.
        heat: draws the chart beside the first one.
    """
    controls = _show_controls(field)
    # The charts come from fewer queries, and are drawn while those of the table still run.
    found = session.rows(groups.group_rates, filters, by=field)
    if not {MEASURES[controls.measure].shown.value, asked_sort()} <= set(found.columns):
        found = session.rows(every, filters)
    rows = controls.kept(sorted_groups(found))
    if rows.empty:
        name = f"“{controls.find}” in its name"
        sentence = f"No {field} of the slice has {name}: take that away to see them all."
        st.info(formats.plain(sentence), icon=":material/search_off:")
        return
    note = _note(found, rows, field)
    left, right = st.columns(2)
    with left:
        _show_measure(field, rows, filters, controls, note)
    with right:
        heat(rows)
    rows = controls.kept(sorted_groups(session.rows(every, filters)))
    show_group_table(f"{field}s", f"All measures by {field}", note, rows, field)
    st.caption(
        "Small figures are 95 % intervals (below conversations, their share of the slice): below a "
        "rate Wilson's, in percent; below a mean "
        "Student's; below a quantile one from the order of the lengths. Rows of fewer than 30 "
        "conversations are pale. Lengths are characters of a message."
    )


def _show_controls(field: GroupColumn) -> _Controls:
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
    return _Controls(measure, is_standard, is_log, top, find)


def _note(found: pd.DataFrame, rows: pd.DataFrame, field: str) -> str:
    total = formats.conversations(found["conversation_count"].sum())
    names = f"{len(found):,} {field}s" if len(found) != 1 else f"1 {field}"
    shown = "" if len(rows) == len(found) else f", {len(rows):,} of them shown"
    return f"n = {total} · {names}{shown}"


def _show_measure(
    field: str,
    rows: pd.DataFrame,
    filters: Filters,
    controls: _Controls,
    note: str,
) -> None:
    measure, other = MEASURES[controls.measure], None
    shown = measure.shown
    if controls.is_standard and measure.standardised:
        rows = _with_standard_rates(rows, filters, field, measure.standardised)
        other = replace(shown, value="standard_share", low="standard_low", high="standard_high")
    elif controls.is_standard:
        note = f"{note} · cannot be standardised: not a rate of conversations"
    if controls.is_log and (rows[shown.value] == 0).any():
        note = f"{note} · zeros have no place on a log scale"
    figure = dots_chart(
        rows,
        shown,
        field=field,
        colors=session.model_colors() if field == "model" else {},
        other=other,
        scale="log" if controls.is_log else "linear",
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
