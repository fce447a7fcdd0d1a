"""What conversations are flagged as."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import (
    BAR_COLOR,
    Scale,
    errors,
    named_bars_figure,
    opacities,
    share_axis,
    without_largest_row,
)
from dashboard.picks import picks


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
    names = shown["category"].tolist()
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": share.tolist(),
        "y": names,
        "marker": {"color": BAR_COLOR, "opacity": opacities(counts[1])},
        "error_x": errors(share, low, high),
        "meta": picks("category", names),
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            "%{y}<br>%{x:.3~g} % of the slice "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} conversations<extra></extra>"
        ),
    }
    return named_bars_figure([bars], names, share_axis("Share of conversations", scale))
