"""How long conversations go on."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import BAR_COLOR, Part, Scale, count_axis, figure, without_largest_row
from dashboard.picks import picks

HEIGHT = 300
TICKS_MAX = 12


def turn_histogram_chart(
    turns: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """A bar for each number of turns. Expects the rows of ``breakdowns.turn_histogram``."""
    shown = without_largest_row(turns) if without_largest else turns
    counts = shown["conversation_count"].tolist()
    bars = {
        "type": "bar",
        "x": shown["turn_count"].tolist(),
        "y": counts,
        "marker": {"color": BAR_COLOR},
        "meta": picks("turns", shown["turn_count"]),
        "customdata": shown["slice_share"].tolist(),
        "hovertemplate": (
            "%{x} turns<br>%{y:,} conversations<br>%{customdata:.2%} of the slice<extra></extra>"
        ),
    }
    is_short = shown["turn_count"].max() <= TICKS_MAX if len(shown) else True
    turn_axis: Part = {
        "title": {"text": "Turns", "standoff": 8},
        "tickformat": ",d",
        "showgrid": False,
        **({"dtick": 1} if is_short else {"nticks": TICKS_MAX}),
    }
    return figure([bars], HEIGHT, 64, turn_axis, count_axis("Conversations", scale, counts))
