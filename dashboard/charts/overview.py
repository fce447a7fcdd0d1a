"""Charts of a slice as a whole: models, languages, turns and flagged categories."""

from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colours import BAR_COLOUR, OTHERS_COLOUR, Colours
from dashboard.charts.figure_parts import (
    PlotlyDict,
    Scale,
    count_axis,
    error_bars,
    figure,
    named_bars_figure,
    opacities,
    share_axis,
    without_largest_row,
)
from dashboard.charts.filter_token import filter_tokens

BARS_MAX = 12
"""Models or languages with a bar of their own."""

_TURNS_HEIGHT = 300
_TURN_TICKS_MAX = 12


def model_mix_chart(
    models: pd.DataFrame,
    scale: Scale = "linear",
    *,
    without_largest: bool = False,
    colours: Colours = MappingProxyType({}),
) -> go.Figure:
    """Bars of conversations by model, in the order given.

    Models after the first `BARS_MAX` are added up in one grey bar, unless the largest bar is left
    out and the grey bar would dwarf the others.

    Args:
        models: the rows of ``overview.model_mix``.
        scale: scale of the counts.
        without_largest: whether to leave out the largest bar.
        colours: the colour of each model.
    """
    return _mix_chart(models, "model", scale, without_largest=without_largest, colours=colours)


def language_mix_chart(
    languages: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """Bars of conversations by language, in the order given, otherwise as in `model_mix_chart`.

    Args:
        languages: the rows of ``overview.language_mix``.
        scale: scale of the counts.
        without_largest: whether to leave out the largest bar.
    """
    return _mix_chart(languages, "language", scale, without_largest=without_largest)


def dwarfing_others(mix: pd.DataFrame) -> pd.DataFrame:
    """The rows without a bar of their own, if their sum would dwarf the bars that are drawn.

    This matters once the largest bar is left out: the grey bar would then set the scale instead.
    Returns no rows if the grey bar is not the longest one.
    """
    rows = without_largest_row(mix)
    others = rows.iloc[BARS_MAX:]
    largest = rows["conversation_count"].head(BARS_MAX).max()
    dwarfs = len(others) and others["conversation_count"].sum() > largest
    return others if dwarfs else others.head(0)


def turn_histogram_chart(
    turns: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """A bar of conversations for each number of turns.

    Args:
        turns: the rows of ``overview.turn_histogram``.
        scale: scale of the counts.
        without_largest: whether to leave out the largest bar.
    """
    rows = without_largest_row(turns) if without_largest else turns
    counts = rows["conversation_count"].tolist()
    bars = {
        "type": "bar",
        "x": rows["turn_count"].tolist(),
        "y": counts,
        "marker": {"color": BAR_COLOUR},
        "meta": filter_tokens("turns", rows["turn_count"]),
        "customdata": rows["slice_share"].tolist(),
        "hovertemplate": (
            "%{x} turns<br>%{y:,} conversations<br>%{customdata:.2%} of the slice<extra></extra>"
        ),
    }
    has_few_turns = rows["turn_count"].max() <= _TURN_TICKS_MAX if len(rows) else True
    turn_axis: PlotlyDict = {
        "title": {"text": "Turns", "standoff": 8},
        "tickformat": ",d",
        "showgrid": False,
        **({"dtick": 1} if has_few_turns else {"nticks": _TURN_TICKS_MAX}),
    }
    value_axis = count_axis("Conversations", scale, counts)
    return figure([bars], _TURNS_HEIGHT, 64, turn_axis, value_axis)


def category_counts_chart(
    categories: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """Bars of the share flagged in each category, with 95 % confidence intervals.

    Args:
        categories: the rows of ``overview.category_counts``.
        scale: scale of the shares.
        without_largest: whether to leave out the largest bar.
    """
    rows = without_largest_row(categories) if without_largest else categories
    share, low, high = (
        rows[name] * 100 for name in ("flagged_share", "flagged_low", "flagged_high")
    )
    counts = rows["conversation_count"].tolist(), rows["judged_count"].tolist()
    names = rows["category"].tolist()
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": share.tolist(),
        "y": names,
        "marker": {"color": BAR_COLOUR, "opacity": opacities(counts[1])},
        "error_x": error_bars(share, low, high),
        "meta": filter_tokens("category", names),
        "customdata": list(zip(*counts, low.tolist(), high.tolist(), strict=True)),
        "hovertemplate": (
            "%{y}<br>%{x:.3~g} % "
            "(95 % CI %{customdata[2]:.3~g}–%{customdata[3]:.3~g} %)<br>"
            "%{customdata[0]:,} of %{customdata[1]:,} conversations with a known verdict"
            "<extra></extra>"
        ),
    }
    return named_bars_figure([bars], names, share_axis("Share of conversations", scale))


def _mix_chart(
    mix: pd.DataFrame,
    column: str,
    scale: Scale,
    *,
    without_largest: bool,
    colours: Colours = MappingProxyType({}),
) -> go.Figure:
    rows = without_largest_row(mix) if without_largest else mix
    head, others = rows.iloc[:BARS_MAX], rows.iloc[BARS_MAX:]
    names = [formats.name(name) for name in head[column]]
    bar_colours = [colours.get(name, BAR_COLOUR) for name in names]
    counts, shares = head["conversation_count"].tolist(), head["slice_share"].tolist()
    bars = [_mix_bars(names, counts, shares, bar_colours)]
    bars[0]["meta"] = filter_tokens(column, head[column])
    if len(others) and not (without_largest and len(dwarfing_others(mix))):
        name = f"{len(others):,} other {column}s"
        count, share = int(others["conversation_count"].sum()), float(others["slice_share"].sum())
        bars.append(_mix_bars([name], [count], [share], [OTHERS_COLOUR]))
        names = [*names, name]
    lengths = [count for bar in bars for count in bar["x"]]
    return named_bars_figure(bars, names, count_axis("Conversations", scale, lengths))


def _mix_bars(
    names: list[str], counts: list[int], shares: list[float], colours: list[str]
) -> PlotlyDict:
    return {
        "type": "bar",
        "orientation": "h",
        "x": counts,
        "y": names,
        "marker": {"color": colours},
        "customdata": shares,
        "hovertemplate": (
            "%{y}<br>%{x:,} conversations<br>%{customdata:.2%} of the slice<extra></extra>"
        ),
    }
