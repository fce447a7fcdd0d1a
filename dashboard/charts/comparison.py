"""The chart of two slices side by side."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colours import INTERVAL_COLOUR, SLICE_COLOURS
from dashboard.charts.figure_parts import (
    PlotlyDict,
    error_bars,
    named_bars_figure,
    opacities,
    padded_axis,
    share_axis,
)
from dashboard.charts.filter_token import filter_tokens

_SYMBOLS = {"a": "circle", "b": "diamond"}


def shifts_chart(shifts: pd.DataFrame, field: str, rows_max: int = 12) -> go.Figure:
    """The share of each value in both slices, joined by a line.

    Args:
        shifts: the rows of ``comparison.shifts``, the largest differences first.
        field: the filter that a row is a value of.
        rows_max: how many rows to draw.
    """
    rows = shifts.head(rows_max)
    names = [formats.value(field, value) for value in rows["value"]]
    joins: PlotlyDict = {
        "type": "scatter",
        "mode": "lines",
        "x": [
            x
            for a, b in zip(rows["value_a"], rows["value_b"], strict=True)
            for x in (a * 100, b * 100, None)
        ],
        "y": [y for name in names for y in (name, name, "")],
        "line": {"color": INTERVAL_COLOUR, "width": 1.4},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    dots = [_dots(rows, names, side, field) for side in ("a", "b")]
    highest = rows[["high_a", "high_b"]].max().max() * 100
    axis = padded_axis(share_axis("Share of conversations"), highest)
    return named_bars_figure([joins, *dots], names, axis, has_legend=True)


def _dots(rows: pd.DataFrame, names: list[str], side: str, field: str) -> PlotlyDict:
    share, low, high = (rows[f"{end}_{side}"] * 100 for end in ("value", "low", "high"))
    counts = [rows[f"count_{side}"].tolist(), rows[f"total_{side}"].tolist()]
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "name": side.upper(),
        "x": share.tolist(),
        "y": names,
        "error_x": error_bars(share, low, high, SLICE_COLOURS[side]),
        "marker": {
            "color": SLICE_COLOURS[side],
            "symbol": _SYMBOLS[side],
            "size": 9,
            "opacity": opacities(counts[1]),
        },
        # Clicking filters slice A, so only the dots of A carry tokens.
        **({"meta": filter_tokens(field, rows["value"])} if side == "a" else {}),
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            f"{side.upper()}: %{{y}}<br>%{{x:.3~g}} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} conversations<extra></extra>"
        ),
    }
