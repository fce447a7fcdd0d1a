"""The two sides of a conversation beside each other: flags by category and by turn."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import (
    FEW,
    PALE,
    ROLE_COLORS,
    Part,
    Scale,
    errors,
    figure,
    from_zero,
    named_bars_figure,
    opacities,
    share_axis,
)
from dashboard.picks import picks

HEIGHT = 320

LATER = 21
"""The number that stands for all turns after the 20th."""

_AXES = {
    "conversation": "Share of conversations with such a message",
    "message": "Share of messages of the role",
}
_SYMBOLS = {"user": "circle", "assistant": "diamond"}
_DASHES = {"user": "solid", "assistant": "dash"}


def role_categories_chart(found: pd.DataFrame, unit: str, scale: Scale = "linear") -> go.Figure:
    """A dot for each role and category: the share flagged, with its 95 % interval.

    Expects the rows of ``moderation.role_categories`` that have a category.

    Args:
        found: the rows.
        unit: `conversation` or `message`: what is counted.
        scale: of the shares.
    """
    order = found.groupby("category")[f"{unit}_count"].sum().sort_values(ascending=False)
    names = [str(name) for name in order.index]
    marks = []
    for role, color in ROLE_COLORS.items():
        rows = found[found["role"] == role]
        share, low, high = (rows[f"{unit}_{end}"] * 100 for end in ("share", "low", "high"))
        counts = [rows[f"{unit}_count"].tolist(), rows[f"role_{unit}_count"].tolist()]
        marks.append(
            {
                "type": "scatter",
                "mode": "markers",
                "cliponaxis": False,
                "name": role,
                "x": share.tolist(),
                "y": rows["category"].tolist(),
                "error_x": errors(share, low, high, color),
                "marker": {
                    "color": color,
                    "symbol": _SYMBOLS[role],
                    "size": 9,
                    "opacity": opacities(counts[1]),
                },
                "meta": picks("category", rows["category"]),
                "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
                "hovertemplate": (
                    f"%{{y}}, {role}<br>%{{x:.3~g}} % "
                    "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
                    f"%{{customdata[0]:,}} of %{{customdata[1]:,}} {unit}s<extra></extra>"
                ),
            }
        )
    axis = from_zero(share_axis(_AXES[unit], scale), found[f"{unit}_high"].max() * 100)
    return named_bars_figure(marks, names, axis, has_legend=True)


def turn_flags_chart(turns: pd.DataFrame) -> go.Figure:
    """The share of flagged messages by turn, a line for each role with its 95 % interval.

    Expects the rows of ``moderation.turn_flags``.
    """
    traces: list[Part] = []
    for role in ROLE_COLORS:
        rows = turns[turns["role"] == role]
        is_few = rows["message_count"] < FEW
        line = {"color": ROLE_COLORS[role], "dash": _DASHES[role], "width": 1.6}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "hoverinfo": "skip",
                "showlegend": False,
                "x": rows["turn_number"].tolist(),
                "line": line,
                "opacity": 0.6,
                "y": (rows["flagged_share"] * 100).tolist(),
            }
        )
        traces.append(_turn_marks(rows[~is_few], role, 1))
        traces.append({**_turn_marks(rows[is_few], role, PALE), "showlegend": False})
    last = int(turns["turn_number"].max()) if len(turns) else 1
    numbers = [n for n in range(1, last + 1) if n in (1, LATER) or (n % 2 == 0 and n != LATER - 1)]
    x_axis = {
        "title": {"text": "Turn", "standoff": 8},
        "tickvals": numbers,
        "ticktext": ["later" if n == LATER else str(n) for n in numbers],
        "showgrid": False,
    }
    # What is said of very few turns must not set the scale.
    told = turns[turns["message_count"] >= FEW]
    highest = float((told if len(told) else turns)["flagged_high"].max()) * 100 if len(turns) else 1
    y_axis = {**share_axis("Flagged messages"), "range": [0, min(1.08 * highest, 100)]}
    return figure(traces, HEIGHT, 64, x_axis, y_axis, has_legend=True)


def _turn_marks(rows: pd.DataFrame, role: str, opacity: float) -> Part:
    share, low, high = (rows[f"flagged_{end}"] * 100 for end in ("share", "low", "high"))
    counts = [rows["flagged_count"].tolist(), rows["message_count"].tolist()]
    color = ROLE_COLORS[role]
    # Intervals of few would hide all others.
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": opacity < 1,
        "name": role,
        "x": rows["turn_number"].tolist(),
        "y": share.tolist(),
        **({"error_y": errors(share, low, high, color)} if opacity == 1 else {}),
        "marker": {"color": color, "symbol": _SYMBOLS[role], "size": 7, "opacity": opacity},
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            f"turn %{{x}}, {role}<br>%{{y:.3~g}} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} messages<extra></extra>"
        ),
    }
