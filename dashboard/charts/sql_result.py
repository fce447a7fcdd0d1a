"""A quick chart of an SQL result: one column against another, as bars, a line or dots."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.colours import BAR_COLOUR
from dashboard.charts.figure_parts import (
    PlotlyDict,
    escape_html,
    figure,
    named_bars_figure,
    shortened,
)

ChartType = Literal["bars", "line", "dots"]
AxisType = Literal["names", "numbers", "dates"]

POINTS_MAX = 2_000
"""Rows drawn: the first ones of a longer result."""

HORIZONTAL_BARS_MAX = 40
"""Bars drawn horizontally, with their names beside them; more bars are drawn vertically."""

_HEIGHT = 420
_NAME_CHARS = 20
_TITLE_CHARS = 40


def first_points(points: pd.DataFrame) -> pd.DataFrame:
    """The rows to draw: the first `POINTS_MAX`, without those that have no number."""
    return points.head(POINTS_MAX).dropna(subset="y")


def result_chart(
    points: pd.DataFrame, chart_type: ChartType, axis: AxisType, x_title: str, y_title: str
) -> go.Figure:
    """Draw the rows in their order.

    Args:
        points: ``x`` (texts, numbers, or dates as ISO 8601) and ``y`` (numbers).
        chart_type: how a row is drawn.
        axis: what ``x`` holds.
        x_title: title of the axis of ``x``.
        y_title: title of the axis of ``y``.
    """
    rows = first_points(points)
    if axis != "names":
        rows = rows.dropna(subset="x")
        return _vertical_chart(rows, chart_type, axis, x_title, y_title)
    if chart_type == "bars":
        rows = rows.assign(x=unique_names(rows["x"].tolist()))
    if chart_type == "bars" and len(rows) <= HORIZONTAL_BARS_MAX:
        return _horizontal_bars(rows, y_title)
    return _vertical_chart(rows, chart_type, axis, x_title, y_title)


def unique_names(names: Sequence[str]) -> list[str]:
    """Number repeated names, because Plotly would draw their bars on top of each other."""
    unique: dict[str, None] = {}
    for name in names:
        number, candidate = 1, name
        while candidate in unique:
            number += 1
            candidate = f"{name} ({number})"
        unique[candidate] = None
    return list(unique)


def _horizontal_bars(points: pd.DataFrame, y_title: str) -> go.Figure:
    names = points["x"].tolist()
    bars: PlotlyDict = {
        "type": "bar",
        "orientation": "h",
        "x": points["y"].tolist(),
        "y": names,
        "marker": {"color": BAR_COLOUR},
        "hovertemplate": "%{y}<br>%{x:,~r}<extra></extra>",
    }
    return named_bars_figure([bars], names, _value_axis(y_title, points["y"].tolist(), "bars"))


def _vertical_chart(
    points: pd.DataFrame, chart_type: ChartType, axis: AxisType, x_title: str, y_title: str
) -> go.Figure:
    xs, ys = points["x"].tolist(), points["y"].tolist()
    names = [escape_html(str(x)) for x in xs]
    trace: PlotlyDict = {
        "type": "bar" if chart_type == "bars" else "scatter",
        "x": names if axis == "names" else xs,
        "y": ys,
        "hovertemplate": "%{x}<br>%{y:,~r}<extra></extra>",
    }
    if chart_type == "bars":
        trace["marker"] = {"color": BAR_COLOUR}
    else:
        trace["mode"] = "lines" if chart_type == "line" else "markers"
        trace["marker"] = {"color": BAR_COLOUR, "size": 7}
        trace["line"] = {"color": BAR_COLOUR, "width": 2}
    x_axis: PlotlyDict = {"showgrid": False, "title": _title(x_title)}
    bottom = 46
    if axis == "names":
        # Plotly leaves out labels that do not fit; the tooltip still has every name.
        x_axis |= {
            "type": "category",
            "tickangle": -60,
            "labelalias": {
                name: escape_html(shortened(str(x), _NAME_CHARS))
                for name, x in zip(names, xs, strict=True)
            },
        }
        bottom = 150
    elif axis == "dates":
        x_axis["type"] = "date"
    else:
        x_axis |= {"type": "linear", "tickformat": ",~r", "nticks": 8}
    height = _HEIGHT + bottom - 46
    return figure([trace], height, 76, x_axis, _value_axis(y_title, ys, chart_type), bottom=bottom)


def _value_axis(title: str, values: Sequence[float], chart_type: ChartType) -> PlotlyDict:
    axis: PlotlyDict = {"title": _title(title), "nticks": 6, "tickformat": ",~g"}
    if max((abs(value) for value in values), default=0) >= 1e4:
        axis["tickformat"] = "~s"
    return {**axis, "rangemode": "tozero"} if chart_type == "bars" else axis


def _title(text: str) -> PlotlyDict:
    return {"text": escape_html(shortened(text, _TITLE_CHARS)), "standoff": 8}
