"""A quick chart of an SQL result, and the widgets that choose its type and columns."""

import math
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard import formats
from dashboard.charts.sql_result import POINTS_MAX, AxisType, ChartType, result_chart
from dashboard.components.plotly_chart import show_plot
from dashboard.components.url_widgets import show_choice
from dashboard.panels.sql.cells import LABEL_CHARS, NULL_TEXT, is_number, labels
from queries.serialisation.duckdb_values import texts
from queries.text.control_characters import escape_control_characters

CHART_KEYS = ("chart", "x", "y")

_NONE = "none"
_CHART_LABELS = {_NONE: "Table only", "bars": "Bars", "line": "Line", "dots": "Dots"}


class DrawableColumns(NamedTuple):
    """Labels of the columns to choose from for each axis, the likeliest first."""

    x: list[str]
    y: list[str]


def drawable(rows: pa.Table) -> DrawableColumns:
    """The columns that can be drawn: along x texts and dates before numbers, along y numbers."""
    typed = list(zip(labels(rows.column_names), rows.schema.types, strict=True))
    flat = [(name, kind) for name, kind in typed if not pa.types.is_nested(kind)]
    ys = [name for name, kind in flat if is_number(kind)]
    # If x would be the first number too, y starts with the second one.
    xs = [name for name, kind in flat if not is_number(kind)]
    xs += ys
    if ys and xs[0] == ys[0] and len(ys) > 1:
        ys = [*ys[1:], ys[0]]
    return DrawableColumns(xs, ys)


def show_result_chart(rows: pa.Table) -> None:
    """Draw the widgets and the chart; nothing if the result has no rows or no numeric column."""
    columns = drawable(rows)
    if not columns.y or not rows.num_rows:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="sql_chart_choices"):
        chosen = show_choice(
            "Chart", "chart", list(_CHART_LABELS), label_of=_CHART_LABELS.__getitem__
        )
        if chosen == _NONE:
            return
        x = show_choice("X axis", "x", columns.x, kind="list", width=220)
        y = show_choice("Y axis", "y", columns.y, kind="list", width=220)
    chart_type: ChartType = "line" if chosen == "line" else "dots" if chosen == "dots" else "bars"
    points, axis = points_of(rows, x, y)
    title = f"{y} by {x}"
    note = f"n = {formats.count(rows.num_rows)} {'row' if rows.num_rows == 1 else 'rows'}"
    if rows.num_rows > POINTS_MAX:
        note = f"The first {POINTS_MAX:,} of {rows.num_rows:,} rows"
    missing = int(points["y"].head(POINTS_MAX).isna().sum())
    if missing:
        note += f"; {missing:,} without a number in {y} are left out"
    with st.container(border=True, key="card_sql"):
        st.subheader(formats.escape_markdown(title), anchor=False)
        st.caption(formats.escape_markdown(f"{note}. The table below has the figures."))
        figure = result_chart(points, chart_type, axis, x, y)
        show_plot(figure, key="sql_chart", alt=f"{title}. {note}")


def points_of(rows: pa.Table, x: str, y: str) -> tuple[pd.DataFrame, AxisType]:
    """The two columns to draw as ``x`` and ``y``, and the type of the x axis."""
    indices = {label: index for index, label in enumerate(labels(rows.column_names))}
    first = rows.slice(0, POINTS_MAX)
    column = first.column(indices[x])
    axis: AxisType = "names"
    if is_number(column.type):
        axis = "numbers"
        xs: list[Any] = _numbers(column)
    elif pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        axis = "dates"
        xs = list(texts(column))
    else:
        xs = [
            escape_control_characters(NULL_TEXT if value is None else value[:LABEL_CHARS])
            for value in texts(column)
        ]
    return pd.DataFrame({"x": xs, "y": _numbers(first.column(indices[y]))}), axis


def _numbers(column: pa.ChunkedArray) -> list[float | int | None]:
    """The values as numbers, with None for missing and infinite ones."""
    numbers = pc.cast(column, pa.float64()) if pa.types.is_decimal(column.type) else column
    return [
        number if number is not None and math.isfinite(number) else None
        for number in numbers.to_pylist()
    ]
