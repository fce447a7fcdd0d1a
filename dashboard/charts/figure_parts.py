"""What all charts share: figures, axes, names and error bars.

Figures are built from dictionaries in one call; adding traces one by one takes three times as long.
"""

import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.colours import INTERVAL_COLOUR

Scale = Literal["linear", "log"]
PlotlyDict = dict[str, Any]
"""A trace, an axis or another part of a figure in Plotly's JSON."""
Chart = Callable[..., go.Figure]

BAR_PIXELS = 25
"""Height of a horizontal bar with its gap."""

SMALL_N = 30
"""Rates of fewer conversations or messages are uncertain; their marks are pale."""

PALE_OPACITY = 0.4
"""Opacity of the marks of small groups."""

_AXES_PIXELS = 58
_SMALL_COUNT = 5

_LEGEND: PlotlyDict = {
    "orientation": "h",
    "x": 0,
    "y": 1,
    "yanchor": "bottom",
    "itemclick": False,
    "itemdoubleclick": False,
    "traceorder": "normal",
}
_WIDE_LEGEND: PlotlyDict = {"xref": "container", "x": 0.01, "font": {"size": 11}}

# Margins are fixed: measuring the labels takes Plotly longer than drawing the chart.
_AXIS: PlotlyDict = {"automargin": False, "ticklabeloverflow": "allow", "fixedrange": True}


def named_bars_figure(
    bars: Sequence[PlotlyDict],
    names: Sequence[str],
    value_axis: PlotlyDict,
    *,
    has_legend: bool = False,
    legend_rows: int = 1,
) -> go.Figure:
    """Horizontal bars or dots with a name beside each, the first name on top.

    Args:
        bars: traces in Plotly's JSON, each with names as its ``y``.
        names: the names of all bars, in order.
        value_axis: the axis along the bars.
        has_legend: whether to name the traces in a legend above the chart.
        legend_rows: rows to reserve for the legend on a narrow page.
    """
    name_axis = {
        "autorange": "reversed",
        "type": "category",
        "categoryorder": "array",
        "categoryarray": [escape_html(name) for name in names],
        "tickvals": [escape_html(name) for name in names],
        "ticktext": [escape_html(shortened(name)) for name in names],
        "ticklabelstandoff": 4,
        "showgrid": False,
    }
    height = _AXES_PIXELS + BAR_PIXELS * max(len(names), 2)
    bars = [{**bar, "y": [escape_html(name) for name in bar["y"]]} for bar in bars]
    left = label_pixels(names)
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
    traces: Sequence[PlotlyDict],
    height: int,
    left: int,
    x_axis: Mapping[str, Any],
    y_axis: PlotlyDict,
    *,
    has_legend: bool = False,
    legend_rows: int = 1,
    shapes: Sequence[PlotlyDict] = (),
    annotations: Sequence[PlotlyDict] = (),
    bottom: int = 46,
) -> go.Figure:
    """A figure that is readable at any width.

    Args:
        traces: traces in Plotly's JSON.
        height: height of the whole figure, in pixels.
        left: room for the labels of the vertical axis, in pixels. Plotly could measure it, but then
            lays out every figure twice, which is a third of the time of a redraw.
        x_axis: the horizontal axis.
        y_axis: the vertical axis.
        has_legend: whether to name the traces in a legend above the chart.
        legend_rows: rows to reserve for the legend.
        shapes: reference lines in Plotly's JSON.
        annotations: text inside the chart, in Plotly's JSON.
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


def count_axis(title: str, scale: Scale, counts: Sequence[float]) -> PlotlyDict:
    """An axis of counts.

    Args:
        title: title of the axis.
        scale: a log scale has a grid line at each power of ten and starts below 1, so that a count
            of 1 is visible.
        counts: the counts to fit in.
    """
    axis: PlotlyDict = {
        "title": {"text": title, "standoff": 8},
        "type": scale,
        "tickformat": ",~s",
    }
    if scale == "log":
        return {**axis, "dtick": 1, "range": [-0.3, math.log10(max([*counts, 1])) + 0.15]}
    if max(counts, default=0) <= _SMALL_COUNT:
        # Whole numbers only: Plotly would label half a conversation "500m".
        return {**axis, "dtick": 1, "rangemode": "tozero"}
    return {**axis, "nticks": 6, "rangemode": "tozero"}


def share_axis(title: str, scale: Scale = "linear") -> PlotlyDict:
    """An axis of percentages."""
    return {
        "title": {"text": title, "standoff": 8},
        "type": scale,
        "ticksuffix": " %",
        **({"dtick": 1} if scale == "log" else {"nticks": 6, "rangemode": "tozero"}),
    }


def padded_axis(axis: PlotlyDict, highest: float) -> PlotlyDict:
    """An axis of dots from slightly below 0, so that a dot at 0 is whole and can be clicked."""
    if axis.get("type") == "log" or not highest > 0:
        return axis
    return {**axis, "range": [-0.035 * highest, 1.05 * highest]}


def error_bars(
    value: pd.Series, low: pd.Series, high: pd.Series, colour: str = INTERVAL_COLOUR
) -> PlotlyDict:
    """Error bars from the ends of an interval; none where an end is missing."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - value).fillna(0).tolist(),
        "arrayminus": (value - low).fillna(0).tolist(),
        "thickness": 1.2,
        "width": 3,
        "color": colour,
    }


def opacities(totals: Sequence[float]) -> list[float]:
    """The opacity of each mark: pale below `SMALL_N`."""
    return [PALE_OPACITY if total < SMALL_N else 1 for total in totals]


def escape_html(name: str) -> str:
    """A name without HTML, because Plotly renders some tags in labels."""
    return html.escape(name, quote=False)


def shortened(name: str, chars: int = 24) -> str:
    """A name of at most so many characters; a long one keeps its start and its end."""
    if len(name) <= chars:
        return name
    end = chars // 3
    return f"{name[: chars - end - 1]}…{name[-end:]}"


def without_largest_row(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows except the one with the highest ``conversation_count``."""
    return rows.drop(rows["conversation_count"].idxmax()) if len(rows) else rows


def label_pixels(names: Sequence[str]) -> int:
    """The width that an axis needs for its names. A CJK character counts as two Latin ones."""
    widths = [sum(2 if ord(c) > 0x2E80 else 1 for c in shortened(name)) for name in names]
    return 18 + round(6.3 * max(widths, default=0))
