"""Charts of moderation: flags by role, category and turn, pairs of categories, and scores."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.colours import ROLE_COLOURS
from dashboard.charts.figure_parts import (
    PALE_OPACITY,
    SMALL_N,
    PlotlyDict,
    Scale,
    count_axis,
    error_bars,
    figure,
    named_bars_figure,
    opacities,
    padded_axis,
    share_axis,
)
from dashboard.charts.filter_token import filter_tokens
from dashboard.charts.heat_map import heat_map
from dashboard.charts.histogram_outline import ROLE_DASHES, histogram_bins, histogram_outline

LATER_TURNS = 21
"""The turn number that stands for all turns after the 20th."""

_HEIGHT = 320
_LOWEST_SCORE = 1e-6
_SHARE_TITLES = {
    "conversation": "Share of conversations with such a message",
    "message": "Share of messages of the role",
}
_SYMBOLS = {"user": "circle", "assistant": "diamond"}


def role_categories_chart(flags: pd.DataFrame, unit: str, scale: Scale = "linear") -> go.Figure:
    """A dot for each role and category: the share flagged, with its 95 % confidence interval.

    Args:
        flags: the rows of ``moderation.role_categories`` that have a category.
        unit: what is counted, ``conversation`` or ``message``.
        scale: scale of the shares.
    """
    order = flags.groupby("category")[f"{unit}_count"].sum().sort_values(ascending=False)
    names = [str(name) for name in order.index]
    traces = [_role_dots(flags[flags["role"] == role], role, unit) for role in ROLE_COLOURS]
    axis = padded_axis(share_axis(_SHARE_TITLES[unit], scale), flags[f"{unit}_high"].max() * 100)
    return named_bars_figure(traces, names, axis, has_legend=True)


def turn_flags_chart(turns: pd.DataFrame) -> go.Figure:
    """The share of flagged messages by turn, a line for each role with 95 % confidence intervals.

    Args:
        turns: the rows of ``moderation.turn_flags``.
    """
    judged = turns[turns["judged_count"] > 0]
    traces: list[PlotlyDict] = []
    for role in ROLE_COLOURS:
        rows = judged[judged["role"] == role]
        is_small = rows["judged_count"] < SMALL_N
        traces.append(_turn_line(rows, role))
        traces.append(_turn_dots(rows[~is_small], role, 1))
        traces.append({**_turn_dots(rows[is_small], role, PALE_OPACITY), "showlegend": False})
    last = int(judged["turn_number"].max()) if len(judged) else 1
    ticks = [
        n
        for n in range(1, last + 1)
        if n in (1, LATER_TURNS) or (n % 2 == 0 and n != LATER_TURNS - 1)
    ]
    x_axis = {
        "title": {"text": "Turn", "standoff": 8},
        "tickvals": ticks,
        "ticktext": ["later" if n == LATER_TURNS else str(n) for n in ticks],
        "showgrid": False,
    }
    # Turns with few messages must not set the scale, unless there are no others.
    large = judged[judged["judged_count"] >= SMALL_N]
    rows = large if len(large) else judged
    highest = float(rows["flagged_high"].max()) * 100 if len(judged) else 1
    y_axis = {**share_axis("Flagged messages"), "range": [0, min(1.08 * highest, 100)]}
    return figure(traces, _HEIGHT, 64, x_axis, y_axis, has_legend=True)


def category_pairs_chart(pairs: pd.DataFrame, categories: Sequence[str]) -> go.Figure:
    """A heat map of the categories in which the same conversation is flagged.

    Args:
        pairs: the rows of ``moderation.category_pairs``.
        categories: all categories in the order to draw; those that never occur are left out.
    """
    flagged = set(pairs["category"])
    names = [category for category in categories if category in flagged]
    return heat_map(
        pairs,
        names,
        names,
        keys=("category", "other_category"),
        count="conversation_count",
        share="category_share",
        hover_text="%{customdata[0]:,} conversations<br>%{customdata[1]:.1%} of those of the row",
        fields=("category", None),
    )


def score_histogram_chart(levels: pd.DataFrame, category: str, scale: Scale = "log") -> go.Figure:
    """Messages by score, an outline for each role, filled where the category is flagged.

    Args:
        levels: the rows of ``moderation.score_histogram``.
        category: the category of the scores.
        scale: scale of the counts.
    """
    traces: list[PlotlyDict] = []
    for role in ROLE_COLOURS:
        rows = levels[levels["role"] == role]
        for name, column, alpha in (
            (role, "message_count", 0.0),
            (f"{role}, flagged", "flagged_count", 0.55),
        ):
            bins = histogram_bins(rows, "low_score", "high_score", column, _LOWEST_SCORE / 1.25)
            hover_text = (
                f"{name}<br>{category} score %{{customdata[0]:.3~g}} to %{{customdata[1]:.3~g}}"
                "<br>%{customdata[2]:,} messages<extra></extra>"
            )
            traces.append(histogram_outline(bins, role, name, hover_text, alpha, scale))
    x_axis = {
        "title": {"text": f"Score of {category}, not a calibrated probability", "standoff": 8},
        "tickvals": [-6.05, *range(-5, 1)],
        "ticktext": ["< 10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"],
        "showgrid": False,
    }
    y_axis = count_axis("Messages", scale, levels["message_count"].tolist())
    return figure(traces, _HEIGHT, 64, x_axis, y_axis, has_legend=True)


def _role_dots(rows: pd.DataFrame, role: str, unit: str) -> PlotlyDict:
    colour = ROLE_COLOURS[role]
    share, low, high = (rows[f"{unit}_{end}"] * 100 for end in ("share", "low", "high"))
    counts = [rows[f"{unit}_count"].tolist(), rows[f"role_judged_{unit}_count"].tolist()]
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "name": role,
        "x": share.tolist(),
        "y": rows["category"].tolist(),
        "error_x": error_bars(share, low, high, colour),
        "marker": {
            "color": colour,
            "symbol": _SYMBOLS[role],
            "size": 9,
            "opacity": opacities(counts[1]),
        },
        "meta": filter_tokens("category", rows["category"]),
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            f"%{{y}}, {role}<br>%{{x:.3~g}} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            f"%{{customdata[0]:,}} of %{{customdata[1]:,}} {unit}s with a known verdict"
            "<extra></extra>"
        ),
    }


def _turn_line(rows: pd.DataFrame, role: str) -> PlotlyDict:
    return {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "x": rows["turn_number"].tolist(),
        "y": (rows["flagged_share"] * 100).tolist(),
        "line": {"color": ROLE_COLOURS[role], "dash": ROLE_DASHES[role], "width": 1.6},
        "opacity": 0.6,
    }


def _turn_dots(rows: pd.DataFrame, role: str, opacity: float) -> PlotlyDict:
    share, low, high = (rows[f"flagged_{end}"] * 100 for end in ("share", "low", "high"))
    counts = [rows["flagged_count"].tolist(), rows["judged_count"].tolist()]
    colour = ROLE_COLOURS[role]
    # Pale dots have no error bars: the wide intervals of small groups would cover everything else.
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": opacity < 1,
        "name": role,
        "x": rows["turn_number"].tolist(),
        "y": share.tolist(),
        **({"error_y": error_bars(share, low, high, colour)} if opacity == 1 else {}),
        "marker": {"color": colour, "symbol": _SYMBOLS[role], "size": 7, "opacity": opacity},
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            f"turn %{{x}}, {role}<br>%{{y:.3~g}} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} messages with a verdict<extra></extra>"
        ),
    }
