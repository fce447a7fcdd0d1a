"""A quick chart of any result: one column against another, as bars, a line or dots."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import (
    BAR_COLOR,
    Part,
    escaped,
    figure,
    named_bars_figure,
    short,
)

Kind = Literal["bars", "line", "dots"]
Axis = Literal["names", "numbers", "dates"]

POINTS_MAX = 2_000
"""Of a result with more rows the first ones are drawn."""

NAMES_BESIDE_MAX = 40
"""So many bars lie one below the other with their names beside them; more stand side by side."""

_HEIGHT = 420
_NAME_CHARS = 20


def first_points(points: pd.DataFrame) -> pd.DataFrame:
    """The rows that are drawn: the first `POINTS_MAX`, of those that have a number."""
    return points.head(POINTS_MAX).dropna(subset="y")


def result_chart(
    points: pd.DataFrame, kind: Kind, axis: Axis, x_title: str, y_title: str
) -> go.Figure:
    """Draw the rows in their order.

    Args:
        points: ``x`` (texts, numbers, or dates as ISO 8601) and ``y`` (numbers).
        kind: what a row becomes.
        axis: what ``x`` has.
        x_title: what ``x`` is.
        y_title: what ``y`` is.
    """
    shown = first_points(points)
    if axis != "names":
        shown = shown.dropna(subset="x")
        return _upright(shown, kind, axis, x_title, y_title)
    if kind == "bars":
        shown = shown.assign(x=told_apart(shown["x"].tolist()))
    if kind == "bars" and len(shown) <= NAMES_BESIDE_MAX:
        return _beside(shown, y_title)
    return _upright(shown, kind, axis, x_title, y_title)


def _beside(points: pd.DataFrame, y_title: str) -> go.Figure:
    names = points["x"].tolist()
    bar: Part = {
        "type": "bar",
        "orientation": "h",
        "x": points["y"].tolist(),
        "y": names,
        "marker": {"color": BAR_COLOR},
        "hovertemplate": "%{y}<br>%{x:,~r}<extra></extra>",
    }
    return named_bars_figure([bar], names, _value_axis(y_title, points["y"].tolist(), "bars"))


def _upright(points: pd.DataFrame, kind: Kind, axis: Axis, x_title: str, y_title: str) -> go.Figure:
    xs, ys = points["x"].tolist(), points["y"].tolist()
    names = [escaped(str(one)) for one in xs]
    trace: Part = {
        "type": "bar" if kind == "bars" else "scatter",
        "x": names if axis == "names" else xs,
        "y": ys,
        "hovertemplate": "%{x}<br>%{y:,~r}<extra></extra>",
    }
    if kind == "bars":
        trace["marker"] = {"color": BAR_COLOR}
    else:
        trace["mode"] = "lines" if kind == "line" else "markers"
        trace["marker"] = {"color": BAR_COLOR, "size": 7}
        trace["line"] = {"color": BAR_COLOR, "width": 2}
    x_axis: Part = {"showgrid": False, "title": _title(x_title)}
    bottom = 46
    if axis == "names":
        # Plotly leaves names out where there is no room for all; each is told by its mark.
        x_axis |= {
            "type": "category",
            "tickangle": -60,
            "labelalias": {
                name: escaped(short(str(one), _NAME_CHARS))
                for name, one in zip(names, xs, strict=True)
            },
        }
        bottom = 150
    elif axis == "dates":
        x_axis["type"] = "date"
    else:
        x_axis |= {"type": "linear", "tickformat": ",~r", "nticks": 8}
    height = _HEIGHT + bottom - 46
    return figure([trace], height, 76, x_axis, _value_axis(y_title, ys, kind), bottom=bottom)


def _value_axis(title: str, values: Sequence[float], kind: Kind) -> Part:
    axis: Part = {"title": _title(title), "nticks": 6, "tickformat": ",~g"}
    if max((abs(value) for value in values), default=0) >= 1e4:
        axis["tickformat"] = "~s"
    return {**axis, "rangemode": "tozero"} if kind == "bars" else axis


def _title(text: str) -> Part:
    return {"text": escaped(short(text, 40)), "standoff": 8}


def told_apart(names: Sequence[str]) -> list[str]:
    """Names, each one once: rows that have the same one would lie on top of each other."""
    given: dict[str, None] = {}
    for name in names:
        number, told = 1, name
        while told in given:
            number += 1
            told = f"{name} ({number})"
        given[told] = None
    return list(given)
