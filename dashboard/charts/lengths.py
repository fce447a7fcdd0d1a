"""Charts of lengths: characters of messages, and how often prompts repeat."""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.colours import BAR_COLOUR, OTHERS_COLOUR, ROLE_COLOURS, with_alpha
from dashboard.charts.figure_parts import PlotlyDict, Scale, count_axis, figure, opacities
from dashboard.charts.histogram_outline import histogram_bins, histogram_outline

_HEIGHT = 320


def length_histogram_chart(
    classes: pd.DataFrame, scale: Scale = "linear", input_limits: Sequence[int] = ()
) -> go.Figure:
    """Messages by length on a log axis, an outline for each role.

    Args:
        classes: the rows of ``lengths.length_histogram``.
        scale: scale of the counts.
        input_limits: the longest prompts that the site accepted, in characters, ascending; each
            is a dotted line.
    """
    traces: list[PlotlyDict] = []
    for role in ROLE_COLOURS:
        rows = classes[classes["role"] == role]
        bins = histogram_bins(rows, "low_chars", "high_chars", "message_count", 10**-0.05)
        hover_text = (
            f"{role}<br>%{{customdata[0]:,.0f}} to below %{{customdata[1]:,.0f}} characters<br>"
            "%{customdata[2]:,} messages<extra></extra>"
        )
        traces.append(histogram_outline(bins, role, role, hover_text, 0.16, scale))
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
        _HEIGHT,
        64,
        x_axis,
        y_axis,
        has_legend=True,
        shapes=[_limit_line(chars) for chars in input_limits],
        annotations=[
            _limit_label(chars, "left" if chars == input_limits[-1] else "right")
            for chars in input_limits
        ],
    )


def turn_lengths_chart(turns: pd.DataFrame, role: str) -> go.Figure:
    """The median length of a role's messages by turn, within bands of quantiles.

    Args:
        turns: the rows of ``lengths.turn_lengths``.
        role: the role to draw.
    """
    rows = turns[turns["role"] == role]
    numbers = rows["turn_number"].tolist()
    traces: list[PlotlyDict] = []
    for low, high, alpha in (("p10", "p90", 0.16), ("p25", "p75", 0.3)):
        traces.append(_band_edge(rows[f"{low}_chars"], numbers))
        fill = {"fill": "tonexty", "fillcolor": with_alpha(ROLE_COLOURS[role], alpha)}
        traces.append(_band_edge(rows[f"{high}_chars"], numbers) | fill)
    traces.append(_median_line(rows, role))
    x_axis = {
        "title": {"text": "Turn", "standoff": 8},
        "dtick": 1,
        "range": [0.5, max([*numbers, 1]) + 0.5],
        "showgrid": False,
    }
    title = f"Characters of {'a user' if role == 'user' else 'an assistant'} message"
    y_axis: PlotlyDict = {
        "title": {"text": title, "standoff": 8},
        "tickformat": ",~s",
        "rangemode": "tozero",
        "nticks": 6,
    }
    return figure(traces, _HEIGHT, 64, x_axis, y_axis)


def prompt_repeat_histogram_chart(repeats: pd.DataFrame, scale: Scale = "linear") -> go.Figure:
    """Conversations by how many conversations of the store begin with the same prompt.

    Args:
        repeats: the rows of ``lengths.prompt_repeat_histogram``.
        scale: scale of the counts.
    """
    names = [
        f"{low:,}" if low == high else f"{low:,}–{high:,}"
        for low, high in zip(repeats["low_count"], repeats["high_count"], strict=True)
    ]
    counts = repeats["conversation_count"].tolist()
    bars: PlotlyDict = {
        "type": "bar",
        "x": names,
        "y": counts,
        "marker": {"color": BAR_COLOUR},
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
    return figure([bars], _HEIGHT, 64, x_axis, count_axis("Conversations", scale, counts))


def _median_line(rows: pd.DataFrame, role: str) -> PlotlyDict:
    columns = ["message_count", "p10_chars", "p25_chars", "p75_chars", "p90_chars"]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": rows["turn_number"].tolist(),
        "y": rows["median_chars"].tolist(),
        "line": {"color": ROLE_COLOURS[role], "width": 2},
        "marker": {"size": 6, "opacity": opacities(rows["message_count"].tolist())},
        "customdata": rows[columns].to_numpy().tolist(),
        "hovertemplate": (
            "turn %{x}<br>median %{y:,} characters<br>middle half %{customdata[2]:,} to "
            "%{customdata[3]:,}<br>middle 80 % %{customdata[1]:,} to %{customdata[4]:,}<br>"
            "n = %{customdata[0]:,} messages<extra></extra>"
        ),
    }


def _band_edge(values: pd.Series, numbers: Sequence[int]) -> PlotlyDict:
    """An invisible line along a quantile; the area between two of them is filled."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(numbers),
        "y": values.tolist(),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _limit_line(chars: int) -> PlotlyDict:
    position = math.log10(chars)
    line = {"dash": "dot", "width": 1.4, "color": OTHERS_COLOUR}
    return {
        "type": "line",
        "x0": position,
        "x1": position,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }


def _limit_label(chars: int, side: str) -> PlotlyDict:
    """The number of an input limit, on the side of its line away from the other one."""
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
