"""How a slice divides by model and by language."""

from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colors import REST_COLOR, Colors
from dashboard.charts.frame import (
    BAR_COLOR,
    Part,
    Scale,
    count_axis,
    named_bars_figure,
    without_largest_row,
)
from dashboard.picks import picks

BARS_MAX = 12


def model_mix_chart(
    models: pd.DataFrame,
    scale: Scale = "linear",
    *,
    without_largest: bool = False,
    colors: Colors = MappingProxyType({}),
) -> go.Figure:
    """Bars of conversations for each model, in the order given.

    Expects the rows of ``breakdowns.model_mix``; what is beyond `BARS_MAX` becomes one grey bar,
    unless that drowns the others where the largest is left out. A bar has the colour of its model.
    """
    return _mix_chart(models, "model", scale, without_largest=without_largest, colors=colors)


def language_mix_chart(
    languages: pd.DataFrame, scale: Scale = "linear", *, without_largest: bool = False
) -> go.Figure:
    """Bars of conversations for each language, in the order given.

    Expects the rows of ``breakdowns.language_mix``; the rest as in `model_mix_chart`.
    """
    return _mix_chart(languages, "language", scale, without_largest=without_largest)


def drowning_rest(mix: pd.DataFrame) -> pd.DataFrame:
    """The rows that have no bar of their own where they drown those that have, else none.

    That is looked at once the largest bar is left out: the bar of all others would then set the
    scale in its place.
    """
    shown = without_largest_row(mix)
    tail = shown.iloc[BARS_MAX:]
    largest = shown["conversation_count"].head(BARS_MAX).max()
    return tail if len(tail) and tail["conversation_count"].sum() > largest else tail.head(0)


def _mix_chart(
    mix: pd.DataFrame,
    column: str,
    scale: Scale,
    *,
    without_largest: bool,
    colors: Colors = MappingProxyType({}),
) -> go.Figure:
    shown = without_largest_row(mix) if without_largest else mix
    head, tail = shown.iloc[:BARS_MAX], shown.iloc[BARS_MAX:]
    names = [formats.name(name) for name in head[column]]
    marks = [colors.get(name, BAR_COLOR) for name in names]
    bars = [_bars(names, head["conversation_count"].tolist(), head["slice_share"].tolist(), marks)]
    bars[0]["meta"] = picks(column, head[column])
    if len(tail) and not (without_largest and len(drowning_rest(mix))):
        rest = f"{len(tail):,} other {column}s"
        count, share = int(tail["conversation_count"].sum()), float(tail["slice_share"].sum())
        bars.append(_bars([rest], [count], [share], [REST_COLOR]))
        names = [*names, rest]
    counts = [count for bar in bars for count in bar["x"]]
    return named_bars_figure(bars, names, count_axis("Conversations", scale, counts))


def _bars(names: list[str], counts: list[int], shares: list[float], colors: list[str]) -> Part:
    return {
        "type": "bar",
        "orientation": "h",
        "x": counts,
        "y": names,
        "marker": {"color": colors},
        "customdata": shares,
        "hovertemplate": (
            "%{y}<br>%{x:,} conversations<br>%{customdata:.2%} of the slice<extra></extra>"
        ),
    }
