"""What all charts have in common: margins, axes, names.

A figure is built in one go, which takes a third of the time that adding to it does.
"""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

Scale = Literal["linear", "log"]
Part = dict[str, Any]

BAR_PIXELS = 25
"""Height of a horizontal bar with its gap."""

BAR_COLOR = "#1f9184"
"""A bar whose name stands beside it; reads well in both themes."""

REST_COLOR = "#97a39f"
"""What is put together from several values, in both themes."""

_AXES_PIXELS = 58
_SMALL_COUNT = 5

# Labels have the room that the margins leave them; measuring them takes longer than drawing.
_AXIS: Part = {"automargin": False, "ticklabeloverflow": "allow", "fixedrange": True}


def named_bars_figure(bars: Sequence[Part], names: Sequence[str], value_axis: Part) -> go.Figure:
    """Horizontal bars, the first name on top.

    Args:
        bars: traces, as Plotly writes them, each with names as its ``y``.
        names: the names of all bars, in order.
        value_axis: the axis along the bars.
    """
    name_axis = {
        "autorange": "reversed",
        "type": "category",
        "tickvals": [_escaped(name) for name in names],
        "ticktext": [_escaped(short(name)) for name in names],
        "ticklabelstandoff": 4,
        "showgrid": False,
    }
    height = _AXES_PIXELS + BAR_PIXELS * max(len(names), 2)
    bars = [{**bar, "y": [_escaped(name) for name in bar["y"]]} for bar in bars]
    return figure(bars, height, _name_pixels(names), value_axis, name_axis)


def figure(
    traces: Sequence[Part], height: int, left: int, x_axis: Mapping[str, Any], y_axis: Part
) -> go.Figure:
    """A figure that reads well at any width.

    Args:
        traces: as Plotly writes them.
        height: of the whole figure, in pixels.
        left: room for the labels of the vertical axis, in pixels. Plotly can find it by itself, but
            then lays every figure out twice, which is a third of the time a redraw takes.
        x_axis: the horizontal axis.
        y_axis: the vertical axis.
    """
    layout = {
        "height": height,
        "margin": {"l": left, "r": 14, "t": 8, "b": 46, "autoexpand": False},
        "bargap": 0.28,
        "showlegend": False,
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


def _escaped(name: str) -> str:
    """A name where Plotly would read tags of HTML."""
    return html.escape(name, quote=False)


def short(name: str, chars: int = 24) -> str:
    """A name that leaves room for its bar: both ends of a long one, which tell it from others."""
    if len(name) <= chars:
        return name
    end = chars // 3
    return f"{name[: chars - end - 1]}…{name[-end:]}"


def without_largest_row(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows but the one with the highest count."""
    return rows.drop(rows["conversation_count"].idxmax()) if len(rows) else rows


def _name_pixels(names: Sequence[str]) -> int:
    """Room that names need beside an axis: Chinese letters are twice as wide as Latin ones."""
    widths = [sum(2 if ord(c) > 0x2E80 else 1 for c in short(name)) for name in names]
    return 18 + round(6.3 * max(widths, default=0))
