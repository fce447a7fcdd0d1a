"""What conversations are flagged as."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import (
    BAR_COLOR,
    Part,
    Scale,
    named_bars_figure,
    without_largest_row,
)

INTERVAL_COLOR = "#7c8985"

FEW = 30
"""Of fewer conversations a share says little: its bar is pale."""


def category_counts_chart(
    categories: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """Bars of the share flagged in each category, with 95 % intervals.

    Expects the rows of ``breakdowns.category_counts``.
    """
    shown = without_largest_row(categories) if without_largest else categories
    share, low, high = (
        shown[name] * 100 for name in ("flagged_share", "flagged_low", "flagged_high")
    )
    counts = shown["conversation_count"].tolist(), shown["slice_count"].tolist()
    is_few = [total < FEW for total in counts[1]]
    names = shown["category"].tolist()
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": share.tolist(),
        "y": names,
        "marker": {"color": BAR_COLOR, "opacity": [0.4 if few else 1 for few in is_few]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (high - share).tolist(),
            "arrayminus": (share - low).tolist(),
            "thickness": 1.2,
            "width": 3,
            "color": INTERVAL_COLOR,
        },
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            "%{y}<br>%{x:.3~g} % of the slice "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} conversations<extra></extra>"
        ),
    }
    return named_bars_figure([bars], names, _share_axis(scale))


def _share_axis(scale: Scale) -> Part:
    return {
        "title": {"text": "Share of conversations (%)", "standoff": 8},
        "type": scale,
        **({"dtick": 1} if scale == "log" else {"nticks": 6, "rangemode": "tozero"}),
    }
