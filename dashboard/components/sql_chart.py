"""A quick chart of a result: its choices and its card; the table below it has the figures."""

import math
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard import formats
from dashboard.charts.results import POINTS_MAX, Axis, Kind, result_chart
from dashboard.components.plot import show_plot
from dashboard.components.sql_cells import LABEL_CHARS, NOTHING, is_number, labels, values
from dashboard.components.view_choice import show_choice
from queries.reading import visible

CHART_KEYS = ("chart", "x", "y")

_NONE = "none"
_KINDS = {_NONE: "Table only", "bars": "Bars", "line": "Line", "dots": "Dots"}


class Columns(NamedTuple):
    """Labels of the columns that can be drawn, the likely ones first."""

    x: list[str]
    y: list[str]


def drawable(rows: pa.Table) -> Columns:
    """Which columns can be drawn: a text or a date first along x, any number along y."""
    named = list(zip(labels(rows.column_names), rows.schema.types, strict=True))
    flat = [(name, kind) for name, kind in named if not pa.types.is_nested(kind)]
    ys = [name for name, kind in flat if is_number(kind)]
    # The first number is what is measured, unless it is all that stands before it.
    xs = [name for name, kind in flat if not is_number(kind)]
    xs += ys
    if ys and xs[0] == ys[0] and len(ys) > 1:
        ys = [*ys[1:], ys[0]]
    return Columns(xs, ys)


def show_result_chart(rows: pa.Table) -> None:
    """Draw the choices, and the chart that they ask for; nothing where there is no number."""
    columns = drawable(rows)
    if not columns.y or not rows.num_rows:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="sql_chart_choices"):
        chosen = show_choice("Chart", "chart", list(_KINDS), words=_KINDS.__getitem__)
        if chosen == _NONE:
            return
        x = show_choice("Along", "x", columns.x, kind="list", width=220)
        y = show_choice("Height", "y", columns.y, kind="list", width=220)
    kind: Kind = "line" if chosen == "line" else "dots" if chosen == "dots" else "bars"
    points, axis = points_of(rows, x, y)
    title = f"{y} by {x}"
    said = f"n = {formats.count(rows.num_rows)} {'row' if rows.num_rows == 1 else 'rows'}"
    if rows.num_rows > POINTS_MAX:
        said = f"The first {POINTS_MAX:,} of {rows.num_rows:,} rows"
    missing = int(points["y"].head(POINTS_MAX).isna().sum())
    if missing:
        said += f"; {missing:,} of them without a number of {y} left out"
    with st.container(border=True, key="card_sql"):
        st.subheader(formats.plain(title), anchor=False)
        st.caption(formats.plain(f"{said}. The table below has the figures."))
        figure = result_chart(points, kind, axis, x, y)
        show_plot(figure, key="sql_chart", alt=f"{title}. {said}")


def points_of(rows: pa.Table, x: str, y: str) -> tuple[pd.DataFrame, Axis]:
    """The columns that are drawn, as ``x`` and ``y``, and what is along x."""
    places = {label: place for place, label in enumerate(labels(rows.column_names))}
    first = rows.slice(0, POINTS_MAX)
    column = first.column(places[x])
    axis: Axis = "names"
    if is_number(column.type):
        axis = "numbers"
        xs: list[Any] = _numbers(column)
    elif pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        axis = "dates"
        xs = values(column)
    else:
        xs = [visible(NOTHING if one is None else str(one)[:LABEL_CHARS]) for one in values(column)]
    return pd.DataFrame({"x": xs, "y": _numbers(first.column(places[y]))}), axis


def _numbers(column: pa.ChunkedArray) -> list[float | int | None]:
    """Numbers that can be drawn; what is none, or has no end, is left out."""
    kept = pc.cast(column, pa.float64()) if pa.types.is_decimal(column.type) else column
    return [one if one is not None and math.isfinite(one) else None for one in kept.to_pylist()]
