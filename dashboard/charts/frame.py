"""What all charts have in common: margins, axes, names.

A figure is built in one go, which takes a third of the time that adding to it does.
"""

import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

Scale = Literal["linear", "log"]
Part = dict[str, Any]
Chart = Callable[..., go.Figure]

BAR_PIXELS = 25
"""Height of a horizontal bar with its gap."""

BAR_COLOR = "#1f9184"
"""A bar whose name stands beside it; reads well in both themes."""

ROLE_COLORS = {"user": "#5b7fc4", "assistant": "#c2703d"}
"""Of the two sides of a conversation; their marks differ in shape or place as well."""

FEW = 30
"""Of fewer conversations or messages a rate says little: its mark is pale."""

PALE = 0.4
"""Opacity of a mark that says little."""

INTERVAL_COLOR = "#7c8985"

_AXES_PIXELS = 58
_SMALL_COUNT = 5

_LEGEND: Part = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yanchor": "bottom",
    "itemclick": False,
    "itemdoubleclick": False,
    "traceorder": "normal",
}
_WIDE_LEGEND: Part = {"xref": "container", "x": 0.01, "font": {"size": 11}}

# Labels have the room that the margins leave them; measuring them takes longer than drawing.
_AXIS: Part = {"automargin": False, "ticklabeloverflow": "allow", "fixedrange": True}


def named_bars_figure(
    bars: Sequence[Part],
    names: Sequence[str],
    value_axis: Part,
    *,
    has_legend: bool = False,
    legend_rows: int = 1,
) -> go.Figure:
    """Horizontal bars, or other marks beside names, the first name on top.

    Args:
        bars: traces, as Plotly writes them, each with names as its ``y``.
        names: the names of all bars, in order.
        value_axis: the axis along the bars.
        has_legend: the traces have names that tell them apart.
        legend_rows: rows that these names need where there is little room.
    """
    name_axis = {
        "autorange": "reversed",
        "type": "category",
        "categoryorder": "array",
        "categoryarray": [escaped(name) for name in names],
        "tickvals": [escaped(name) for name in names],
        "ticktext": [escaped(short(name)) for name in names],
        "ticklabelstandoff": 4,
        "showgrid": False,
    }
    height = _AXES_PIXELS + BAR_PIXELS * max(len(names), 2)
    bars = [{**bar, "y": [escaped(name) for name in bar["y"]]} for bar in bars]
    left = name_pixels(names)
    return figure(
        bars,
        height,
        left,
        value_axis,
        name_axis,
        has_legend=has_legend,
        legend_rows=legend_rows,
    )


def figure(
    traces: Sequence[Part],
    height: int,
    left: int,
    x_axis: Mapping[str, Any],
    y_axis: Part,
    *,
    has_legend: bool = False,
    legend_rows: int = 1,
    shapes: Sequence[Part] = (),
    annotations: Sequence[Part] = (),
    bottom: int = 46,
) -> go.Figure:
    """A figure that reads well at any width.

    Args:
        traces: as Plotly writes them.
        height: of the whole figure, in pixels.
        left: room for the labels of the vertical axis, in pixels. Plotly can find it by itself, but
            then lays every figure out twice, which is a third of the time a redraw takes.
        x_axis: the horizontal axis.
        y_axis: the vertical axis.
        has_legend: the traces have names that tell them apart: they stand above.
        legend_rows: rows that these names need.
        shapes: lines, as Plotly writes them.
        annotations: words in the figure.
        bottom: room for the labels of the horizontal axis, in pixels.
    """
    top = 14 + 24 * legend_rows if has_legend else 8
    layout = {
        "height": height + top - 8,
        "margin": {"l": left, "r": 14, "t": top, "b": bottom, "autoexpand": False},
        "bargap": 0.28,
        "showlegend": has_legend,
        "legend": {**_LEGEND, **(_WIDE_LEGEND if legend_rows > 1 else {})},
        "shapes": list(shapes),
        "annotations": list(annotations),
        "barmode": "overlay",
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        "xaxis": {**_AXIS, **x_axis},
        "yaxis": {**_AXIS, **y_axis},
    }
    return go.Figure({"data": list(traces), "layout": layout})


def count_axis(title: str, scale: Scale, counts: Sequence[float]) -> Part:
    """An axis of counts.

    Args:
        title: what is counted.
        scale: on a log scale there is a line at each power of ten, and a count of 1 has a bar.
        counts: what the axis must hold.
    """
    axis: Part = {
        "title": {"text": title, "standoff": 8},
        "type": scale,
        "tickformat": ",~s",
    }
    if scale == "log":
        return {**axis, "dtick": 1, "range": [-0.3, math.log10(max([*counts, 1])) + 0.15]}
    if max(counts, default=0) <= _SMALL_COUNT:
        # Half a conversation is none, and Plotly would write it "500m".
        return {**axis, "dtick": 1, "rangemode": "tozero"}
    return {**axis, "nticks": 6, "rangemode": "tozero"}


def escaped(name: str) -> str:
    """A name where Plotly would read tags of HTML."""
    return html.escape(name, quote=False)


def share_axis(title: str, scale: Scale = "linear") -> Part:
    """An axis of percentages."""
    return {
        "title": {"text": title, "standoff": 8},
        "type": scale,
        "ticksuffix": " %",
        **({"dtick": 1} if scale == "log" else {"nticks": 6, "rangemode": "tozero"}),
    }


def from_zero(axis: Part, highest: float) -> Part:
    """An axis of dots that leaves room left of 0: half of a dot on the edge could not be chosen."""
    if axis.get("type") == "log" or not highest > 0:
        return axis
    return {**axis, "range": [-0.035 * highest, 1.05 * highest]}


def errors(value: pd.Series, low: pd.Series, high: pd.Series, color: str = INTERVAL_COLOR) -> Part:
    """The bars of an interval around a value; nothing where there is no interval."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - value).fillna(0).tolist(),
        "arrayminus": (value - low).fillna(0).tolist(),
        "thickness": 1.2,
        "width": 3,
        "color": color,
    }


def faded(color: str, alpha: float) -> str:
    """A colour that lets the page shine through."""
    red, green, blue = (int(color[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def opacities(totals: Sequence[float]) -> list[float]:
    """Of marks: pale where there are few."""
    return [PALE if total < FEW else 1 for total in totals]


def short(name: str, chars: int = 24) -> str:
    """A name that leaves room for its bar: both ends of a long one, which tell it from others."""
    if len(name) <= chars:
        return name
    end = chars // 3
    return f"{name[: chars - end - 1]}…{name[-end:]}"


def without_largest_row(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows but the one with the highest count."""
    return rows.drop(rows["conversation_count"].idxmax()) if len(rows) else rows


def name_pixels(names: Sequence[str]) -> int:
    """Room that names need beside an axis: Chinese letters are twice as wide as Latin ones."""
    widths = [sum(2 if ord(c) > 0x2E80 else 1 for c in short(name)) for name in names]
    return 18 + round(6.3 * max(widths, default=0))
