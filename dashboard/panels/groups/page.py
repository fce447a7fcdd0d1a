"""The common body of the pages Models and Languages."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.groups import MeasureSpec, dots_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.url_widgets import show_choice, show_switch, show_text
from dashboard.panels.groups.measures import GROUP_MEASURES, WITHOUT_UNKNOWN
from dashboard.panels.groups.table import requested_sort, show_group_table, sorted_groups
from dashboard.state import session
from queries.breakdowns import groups
from queries.filters import Filters
from queries.schema import GroupColumn

_TOP = ("25", "50", "all")


@dataclass(frozen=True, slots=True)
class _Controls:
    """The settings of the page."""

    measure: str
    is_standard: bool
    is_log: bool
    top: str
    find: str

    def visible_rows(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The groups whose name matches, at most as many as requested."""
        if self.find:
            names = rows["group_name"].map(formats.name).str.lower()
            is_match = names.str.contains(self.find.lower(), regex=False)
            rows = rows[is_match].reset_index(drop=True)
        return rows if self.top == "all" else rows.head(int(self.top))


def show_group_page(
    field: GroupColumn,
    filters: Filters,
    all_measures: Callable[..., pd.DataFrame],
    show_other_chart: Callable[[pd.DataFrame], None],
) -> None:
    """Draw the controls, two charts and the table of all measures.

    Args:
        field: ``model`` or ``language``.
        filters: the slice.
        all_measures: ``groups.models`` or ``groups.languages``.
        show_other_chart: draws the second chart, of the visible rows.
    """
    controls = _show_controls(field)
    # The charts need fewer queries than the table, so they are drawn before it is ready.
    all_rows = session.rows(groups.group_rates, filters, by=field)
    needed = {GROUP_MEASURES[controls.measure].spec.value, requested_sort()}
    if not needed <= set(all_rows.columns):
        all_rows = session.rows(all_measures, filters)
    rows = controls.visible_rows(sorted_groups(all_rows))
    if rows.empty:
        sentence = (
            f"No {field} in the slice has “{controls.find}” in its name. Clear the text to see all."
        )
        st.info(formats.escape_markdown(sentence), icon=":material/search_off:")
        return
    note = _note(all_rows, rows, field)
    left, right = st.columns(2)
    with left:
        _show_measure(field, rows, filters, controls, note)
    with right:
        show_other_chart(rows)
    measures = session.rows(all_measures, filters)
    rows = controls.visible_rows(sorted_groups(measures))
    note += formats.coverage(measures["judged_count"].sum(), measures["conversation_count"].sum())
    show_group_table(f"{field}s", f"All measures by {field}", note, rows, field)
    st.caption(
        "The small figures are 95 % confidence intervals; below conversations, the share of the "
        "slice. Rates have Wilson intervals, in percent; means have Student's t intervals; "
        "quantiles have intervals from order statistics. Shares of flagged ones are of those with "
        "a known verdict. Rows with fewer than 30 conversations are pale. Lengths are characters "
        "per message."
    )


def _show_controls(field: GroupColumn) -> _Controls:
    other = "language" if field == "model" else "model"
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        measure = show_choice(
            "Measure",
            "measure",
            list(GROUP_MEASURES),
            label_of=lambda name: GROUP_MEASURES[name].label,
            kind="list",
            width=220,
        )
        is_standard = show_switch(
            f"Standardise by {other}",
            "standardise",
            help_=(
                f"The rate that each {field} would have with the {other} mix of the whole slice "
                f"(direct standardisation). Leaves out any {other} that the {field} lacks."
            ),
        )
        is_log = show_switch("Log scale", "log")
        top = show_choice(
            "Show", "top", _TOP, label_of=lambda n: "all" if n == "all" else f"top {n}"
        )
        find = show_text(f"Find a {field}", "find", placeholder="part of the name", width=200)
    return _Controls(measure, is_standard, is_log, top, find)


def _note(all_rows: pd.DataFrame, rows: pd.DataFrame, field: str) -> str:
    total = formats.conversations(all_rows["conversation_count"].sum())
    names = f"{len(all_rows):,} {field}s" if len(all_rows) != 1 else f"1 {field}"
    visible = "" if len(rows) == len(all_rows) else f", {len(rows):,} of them shown"
    return f"n = {total} · {names}{visible}"


def _show_measure(
    field: str,
    rows: pd.DataFrame,
    filters: Filters,
    controls: _Controls,
    note: str,
) -> None:
    measure, other = GROUP_MEASURES[controls.measure], None
    spec = measure.spec
    if controls.is_standard and measure.standardised:
        rows = _with_standard_rates(rows, filters, field, measure.standardised)
        other = replace(spec, value="standard_share", low="standard_low", high="standard_high")
    elif controls.is_standard:
        note = f"{note} · not standardised, because it is not a rate of conversations"
    whole = WITHOUT_UNKNOWN.get(spec.total)
    if whole is not None and (judged := int(rows[spec.total].sum())) < rows[whole].sum():
        unit = "conversation" if whole == "conversation_count" else "attempt"
        note = f"{note} · {formats.verdicts_known(judged, rows[whole].sum(), unit)}"
    if controls.is_log and (rows[spec.value] == 0).any():
        note = f"{note} · zeros are not on a log scale"
    figure = dots_chart(
        rows,
        spec,
        field=field,
        colours=session.model_colours() if field == "model" else {},
        other=other,
        scale="log" if controls.is_log else "linear",
    )
    if rows[spec.value].isna().all():
        rows = rows.head(0)
    show_chart(
        f"{field}s",
        spec.title,
        note,
        figure,
        rows[_figures(spec, other)],
        key=f"{field}_measure",
        fields={"group_name": field},
        empty_text=f"Nothing to show: no {field} has a value for “{spec.title.lower()}”.",
    )


def _with_standard_rates(
    rows: pd.DataFrame, filters: Filters, field: str, measure: str
) -> pd.DataFrame:
    rates = session.rows(groups.standard_rates, filters, by=field, measure=measure)
    renamed = rates.rename(columns={"conversation_count": "standard_count"})
    return rows.merge(renamed, on="group_name", how="left")


def _figures(spec: MeasureSpec, other: MeasureSpec | None) -> list[str]:
    """The columns of the figures behind the chart."""
    columns = [spec.total, spec.value, spec.low, spec.high]
    if other is not None:
        columns += [other.value, other.low, other.high, "covered_share"]
    return list(dict.fromkeys(["group_name", "conversation_count", *filter(None, columns)]))
