"""How scores, lengths and repeats are spread: bars on a log axis, and bands of quantiles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.frame import (
    BAR_COLOR,
    ROLE_COLORS,
    Part,
    Scale,
    count_axis,
    faded,
    figure,
    opacities,
)

HEIGHT = 320

CUT_OFFS = (1_536, 2_560)
"""Where the site cut what was typed, in characters: until May 2023, and from then on."""

_LOWEST_SCORE = 1e-6
_DASHES = {"user": "solid", "assistant": "dash"}
_BELOW_LOG = 0.1
"""Below what a log axis of counts shows, for none."""


def score_levels_chart(levels: pd.DataFrame, category: str, scale: Scale = "log") -> go.Figure:
    """Messages by score, an outline for each role; filled where they are flagged in the category.

    Expects the rows of ``moderation.score_levels``.
    """
    traces: list[Part] = []
    for role in ROLE_COLORS:
        rows = levels[levels["role"] == role]
        for name, column, alpha in (
            (role, "message_count", 0.0),
            (f"{role}, flagged", "flagged_count", 0.55),
        ):
            steps = _steps(rows, "low_score", "high_score", column, _LOWEST_SCORE / 1.25)
            words = (
                f"{name}<br>{category} score %{{customdata[0]:.3~g}} to %{{customdata[1]:.3~g}}"
                "<br>%{customdata[2]:,} messages<extra></extra>"
            )
            traces.append(_outline(steps, role, name, words, alpha, scale))
    x_axis = {
        "title": {"text": f"Score of {category}, not a calibrated probability", "standoff": 8},
        "tickvals": [-6.05, *range(-5, 1)],
        "ticktext": ["< 10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"],
        "showgrid": False,
    }
    y_axis = count_axis("Messages", scale, levels["message_count"].tolist())
    return figure(traces, HEIGHT, 64, x_axis, y_axis, has_legend=True)


def length_classes_chart(classes: pd.DataFrame, scale: Scale = "linear") -> go.Figure:
    """Messages by length, an outline for each role on a log axis, with the site's cut-offs.

    Expects the rows of ``lengths.length_classes``.
    """
    traces: list[Part] = []
    for role in ROLE_COLORS:
        rows = classes[classes["role"] == role]
        steps = _steps(rows, "low_chars", "high_chars", "message_count", 10**-0.05)
        words = (
            f"{role}<br>%{{customdata[0]:,.0f}} to below %{{customdata[1]:,.0f}} characters<br>"
            "%{customdata[2]:,} messages<extra></extra>"
        )
        traces.append(_outline(steps, role, role, words, 0.16, scale))
    decades = range(math.ceil(math.log10(max([*classes["high_chars"], 10]))) + 1)
    x_axis = {
        "title": {"text": "Characters of a message", "standoff": 8},
        "tickvals": list(decades),
        "ticktext": [f"{10**n:,}" for n in decades],
        "showgrid": False,
        "zeroline": False,
    }
    y_axis = count_axis("Messages", scale, classes["message_count"].tolist())
    return figure(
        traces,
        HEIGHT,
        64,
        x_axis,
        y_axis,
        has_legend=True,
        shapes=[_line(chars) for chars in CUT_OFFS],
        annotations=[
            _word(chars, side) for chars, side in zip(CUT_OFFS, ("right", "left"), strict=True)
        ],
    )


def turn_lengths_chart(turns: pd.DataFrame, role: str) -> go.Figure:
    """The median length of a role's messages by turn, within bands of quantiles.

    Expects the rows of ``lengths.turn_lengths``.
    """
    rows = turns[turns["role"] == role]
    numbers = rows["turn_number"].tolist()
    color = ROLE_COLORS[role]
    traces: list[Part] = []
    for low, high, alpha in (("p10", "p90", 0.16), ("p25", "p75", 0.3)):
        traces += [_edge(rows[f"{low}_chars"], numbers), _edge(rows[f"{high}_chars"], numbers)]
        traces[-1] |= {"fill": "tonexty", "fillcolor": faded(color, alpha)}
    columns = ("message_count", "p10_chars", "p25_chars", "p75_chars", "p90_chars")
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": numbers,
            "y": rows["median_chars"].tolist(),
            "line": {"color": color, "width": 2},
            "marker": {"size": 6, "opacity": opacities(rows["message_count"].tolist())},
            "customdata": rows[list(columns)].to_numpy().tolist(),
            "hovertemplate": (
                "turn %{x}<br>median %{y:,} characters<br>half of them %{customdata[2]:,} to "
                "%{customdata[3]:,}<br>80 %: %{customdata[1]:,} to %{customdata[4]:,}<br>"
                "n = %{customdata[0]:,} messages<extra></extra>"
            ),
        }
    )
    x_axis = {
        "title": {"text": "Turn", "standoff": 8},
        "dtick": 1,
        "range": [0.5, max([*numbers, 1]) + 0.5],
        "showgrid": False,
    }
    title = f"Characters of {'a user' if role == 'user' else 'an assistant'} message"
    y_axis: Part = {
        "title": {"text": title, "standoff": 8},
        "tickformat": ",~s",
        "rangemode": "tozero",
        "nticks": 6,
    }
    return figure(traces, HEIGHT, 64, x_axis, y_axis)


def prompt_repeats_chart(repeats: pd.DataFrame, scale: Scale = "linear") -> go.Figure:
    """Conversations by how many of the store begin with the same prompt.

    Expects the rows of ``lengths.prompt_repeats``.
    """
    names = [
        f"{low:,}" if low == high else f"{low:,}–{high:,}"
        for low, high in zip(repeats["low_count"], repeats["high_count"], strict=True)
    ]
    counts = repeats["conversation_count"].tolist()
    bars: Part = {
        "type": "bar",
        "x": names,
        "y": counts,
        "marker": {"color": BAR_COLOR},
        "customdata": repeats["slice_share"].tolist(),
        "hovertemplate": (
            "first prompt of %{x} conversations of the store<br>%{y:,} conversations of the slice"
            "<br>%{customdata:.2%}<extra></extra>"
        ),
    }
    x_axis = {
        "title": {"text": "Conversations of the store with the same first prompt", "standoff": 8},
        "type": "category",
        "showgrid": False,
    }
    return figure([bars], HEIGHT, 64, x_axis, count_axis("Conversations", scale, counts))


@dataclass(frozen=True, slots=True)
class _Step:
    """A class of values: from where to where, and how many messages."""

    low: float
    high: float
    count: int


def _steps(rows: pd.DataFrame, low: str, high: str, count: str, lowest: float) -> list[_Step]:
    """The classes in order, those without a message between them as well.

    Args:
        rows: classes that occur, in order.
        low: the column of their lower ends; 0 is drawn at ``lowest``.
        high: the column of their upper ends.
        count: the column of their messages.
        lowest: what stands for 0 on a log axis.
    """
    steps: list[_Step] = []
    for begin, end, number in zip(rows[low], rows[high], rows[count], strict=True):
        if steps and not math.isclose(steps[-1].high, begin):
            steps.append(_Step(steps[-1].high, begin, 0))
        # A class of one value, like the score 1, has a width nevertheless.
        width = end if end > begin else begin * 1.12
        steps.append(_Step(begin, max(width, lowest * 1.25), number))
    return [_Step(max(step.low, lowest), step.high, step.count) for step in steps]


def _outline(
    steps: Sequence[_Step], role: str, name: str, words: str, alpha: float, scale: Scale
) -> Part:
    """Steps as one line; powers of ten by hand, because Plotly's log axis has no widths."""
    below = _BELOW_LOG if scale == "log" else 0
    edges = [(x, step) for step in steps for x in (step.low, step.high)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [math.log10(x) for x, _ in edges],
        "y": [step.count or below for _, step in edges],
        "line": {
            "color": ROLE_COLORS[role],
            "width": 1.6 if name == role else 0.8,
            "dash": _DASHES[role],
        },
        "fill": "tozeroy",
        "fillcolor": faded(ROLE_COLORS[role], alpha),
        "showlegend": name == role,
        "customdata": [(step.low, step.high, step.count) for _, step in edges],
        "hovertemplate": words,
    }


def _edge(values: pd.Series, numbers: Sequence[int]) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(numbers),
        "y": values.tolist(),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(chars: int) -> Part:
    place = math.log10(chars)
    line = {"dash": "dot", "width": 1.4, "color": "#97a39f"}
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }


def _word(chars: int, side: str) -> Part:
    """The number beside a line, on the side away from the other one."""
    return {
        "x": math.log10(chars),
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "xanchor": side,
        "text": f"{chars:,}",
        "showarrow": False,
        "font": {"size": 11},
    }
