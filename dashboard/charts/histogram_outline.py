"""Histograms on a log axis, drawn as an outline for each role.

Bars on Plotly's log axis have no widths of their own, so a histogram is drawn as one line along its
bins, over powers of ten on a linear axis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.charts.colours import ROLE_COLOURS, with_alpha
from dashboard.charts.figure_parts import PlotlyDict, Scale

ROLE_DASHES = {"user": "solid", "assistant": "dash"}
"""The line of each role."""

_BELOW_LOG = 0.1
"""What stands for a count of 0 on a log axis: a value below its lower end."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of a histogram: its ends, and the messages in it."""

    low: float
    high: float
    count: int


def histogram_bins(rows: pd.DataFrame, low: str, high: str, count: str, lowest: float) -> list[Bin]:
    """All bins in order, with the empty ones between those that occur.

    Args:
        rows: the bins that occur, in order.
        low: the column of their lower ends.
        high: the column of their upper ends.
        count: the column of their messages.
        lowest: the lower end to draw instead of 0, which a log axis cannot show.
    """
    bins: list[Bin] = []
    for begin, end, number in zip(rows[low], rows[high], rows[count], strict=True):
        if bins and not math.isclose(bins[-1].high, begin):
            bins.append(Bin(bins[-1].high, begin, 0))
        # A bin of a single value, such as the score 1, is drawn with a width all the same.
        width = end if end > begin else begin * 1.12
        bins.append(Bin(begin, max(width, lowest * 1.25), number))
    return [Bin(max(step.low, lowest), step.high, step.count) for step in bins]


def histogram_outline(
    bins: Sequence[Bin], role: str, name: str, hover_text: str, alpha: float, scale: Scale
) -> PlotlyDict:
    """The outline of a histogram as a trace.

    Args:
        bins: the bins, in order and without gaps.
        role: the role whose colour and dash it has.
        name: name of the trace. The trace named after its role has a thicker line and stands in
            the legend.
        hover_text: template of the tooltip.
        alpha: opacity of the area below the outline.
        scale: scale of the axis of counts.
    """
    below = _BELOW_LOG if scale == "log" else 0
    edges = [(x, step) for step in bins for x in (step.low, step.high)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [math.log10(x) for x, _ in edges],
        "y": [step.count or below for _, step in edges],
        "line": {
            "color": ROLE_COLOURS[role],
            "width": 1.6 if name == role else 0.8,
            "dash": ROLE_DASHES[role],
        },
        "fill": "tozeroy",
        "fillcolor": with_alpha(ROLE_COLOURS[role], alpha),
        "showlegend": name == role,
        "customdata": [(step.low, step.high, step.count) for _, step in edges],
        "hovertemplate": hover_text,
    }
