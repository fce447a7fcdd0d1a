"""Two slices beside each other."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.frame import (
    INTERVAL_COLOR,
    Part,
    errors,
    from_zero,
    named_bars_figure,
    opacities,
    share_axis,
)
from dashboard.picks import picks

SIDE_COLORS = {"a": "#1f9184", "b": "#c2703d"}

_SYMBOLS = {"a": "circle", "b": "diamond"}


def shifts_chart(shifts: pd.DataFrame, field: str, shown: int = 12) -> go.Figure:
    """The share of each value in both slices, joined by a line; the largest differences on top.

    Expects the rows of ``comparison.shifts``.

    Args:
        shifts: the rows.
        field: the filter that a row is a value of.
        shown: rows that are drawn.
    """
    rows = shifts.head(shown)
    names = [formats.value(field, value) for value in rows["value"]]
    joins: Part = {
        "type": "scatter",
        "mode": "lines",
        "x": [
            x
            for a, b in zip(rows["value_a"], rows["value_b"], strict=True)
            for x in (a * 100, b * 100, None)
        ],
        "y": [y for name in names for y in (name, name, "")],
        "line": {"color": INTERVAL_COLOR, "width": 1.4},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    dots = [_dots(rows, names, side, field) for side in ("a", "b")]
    return named_bars_figure(
        [joins, *dots],
        names,
        from_zero(
            share_axis("Share of conversations"), rows[["high_a", "high_b"]].max().max() * 100
        ),
        has_legend=True,
    )


def _dots(rows: pd.DataFrame, names: list[str], side: str, field: str) -> Part:
    share, low, high = (rows[f"{end}_{side}"] * 100 for end in ("value", "low", "high"))
    counts = [rows[f"count_{side}"].tolist(), rows[f"total_{side}"].tolist()]
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "name": side.upper(),
        "x": share.tolist(),
        "y": names,
        "error_x": errors(share, low, high, SIDE_COLORS[side]),
        "marker": {
            "color": SIDE_COLORS[side],
            "symbol": _SYMBOLS[side],
            "size": 9,
            "opacity": opacities(counts[1]),
        },
        # A mark of B is none of A, whose filters a choice changes.
        **({"meta": picks(field, rows["value"])} if side == "a" else {}),
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            f"{side.upper()}: %{{y}}<br>%{{x:.3~g}} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} conversations<extra></extra>"
        ),
    }
