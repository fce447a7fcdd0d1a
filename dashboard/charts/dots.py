"""A measure of many groups: a dot for each, with its interval."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colors import Colors
from dashboard.charts.frame import (
    BAR_COLOR,
    INTERVAL_COLOR,
    Part,
    Scale,
    errors,
    from_zero,
    named_bars_figure,
    opacities,
    share_axis,
)
from dashboard.picks import picks


@dataclass(frozen=True, slots=True)
class Shown:
    """Which measure is drawn.

    Attributes:
        title: its name on the axis, with its unit.
        value: its column; ``low`` and ``high`` are those of its interval, or none.
        total: the column that says of how many it is.
        is_share: a fraction 0-1, drawn as a percentage.
        low: lower end of the interval.
        high: upper end.
    """

    title: str
    value: str
    total: str = "conversation_count"
    is_share: bool = True
    low: str = ""
    high: str = ""


def dots_chart(
    groups: pd.DataFrame,
    shown: Shown,
    *,
    field: str,
    colors: Colors,
    other: Shown | None = None,
    scale: Scale = "linear",
) -> go.Figure:
    """A dot for each group, in the order given, with its interval where it has one.

    Args:
        groups: rows with ``group_name`` and the columns of ``shown``.
        shown: the measure.
        field: the filter that a group is a value of.
        colors: of groups; others have the colour of bars.
        other: a second measure of the same unit, drawn hollow beside the first.
        scale: of the measure; a log scale has no place for 0.
    """
    known = groups[groups[shown.value].notna()]
    if scale == "log":
        known = known[known[shown.value] > 0]
    names = [formats.name(name) for name in known["group_name"]]
    marks = [_dots(known, names, shown, colors, field)]
    if other is not None:
        marks.append(_hollow(known, names, other, field))
    return named_bars_figure(marks, names, _axis(shown, scale, known), has_legend=other is not None)


def _axis(shown: Shown, scale: Scale, groups: pd.DataFrame) -> Part:
    ends = groups[[end for end in (shown.value, shown.high) if end]].max().max()
    if shown.is_share:
        return from_zero(share_axis(shown.title, scale), ends * 100)
    title = {"title": {"text": shown.title, "standoff": 8}, "type": scale}
    return {**title, "dtick": 1} if scale == "log" else from_zero({**title, "nticks": 6}, ends)


def _dots(groups: pd.DataFrame, names: list[str], shown: Shown, colors: Colors, field: str) -> Part:
    trace = _trace(groups, names, shown, field)
    color = [colors.get(name, BAR_COLOR) for name in names]
    marker = {"color": color, "size": 9, "opacity": opacities(groups[shown.total].tolist())}
    return {**trace, "name": "as counted", "marker": marker}


def _hollow(groups: pd.DataFrame, names: list[str], shown: Shown, field: str) -> Part:
    trace = _trace(groups, names, shown, field)
    line = {"color": INTERVAL_COLOR, "width": 1.6}
    marker = {"symbol": "diamond-open", "size": 9, "color": INTERVAL_COLOR, "line": line}
    return {**trace, "name": "standardised", "marker": marker}


def _trace(groups: pd.DataFrame, names: list[str], shown: Shown, field: str) -> Part:
    scale = 100 if shown.is_share else 1
    value = groups[shown.value] * scale
    unit = " %" if shown.is_share else ""
    has_interval = bool(shown.low)
    low, high = (groups[end] * scale if has_interval else value for end in (shown.low, shown.high))
    trace: Part = {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": value.tolist(),
        "y": names,
        "meta": picks(field, groups["group_name"]),
        "customdata": list(
            zip(groups[shown.total].tolist(), low.tolist(), high.tolist(), strict=True)
        ),
        "hovertemplate": f"%{{y}}<br>{shown.title}: %{{x:,.4~g}}{unit}"
        + (
            f"<br>95 % CI %{{customdata[1]:,.4~g}}–%{{customdata[2]:,.4~g}}{unit}"
            if has_interval
            else ""
        )
        + "<br>n = %{customdata[0]:,}<extra></extra>",
    }
    if has_interval:
        trace["error_x"] = errors(value, low, high)
    return trace
