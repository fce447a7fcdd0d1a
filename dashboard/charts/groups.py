"""Charts of models and languages: a measure of each, and models by language."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colours import (
    BAR_COLOUR,
    INTERVAL_COLOUR,
    OTHERS_COLOUR,
    PART_TEXT_COLOUR,
    Colours,
)
from dashboard.charts.figure_parts import (
    PlotlyDict,
    Scale,
    error_bars,
    escape_html,
    named_bars_figure,
    opacities,
    padded_axis,
    share_axis,
    shortened,
)
from dashboard.charts.filter_token import filter_token, filter_tokens
from dashboard.charts.heat_map import heat_map

MODELS_SHOWN = 8
"""Models with a part of their own in `language_models_chart`."""


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """The measure to draw, and the columns that hold it.

    Attributes:
        title: title of the axis, with the unit.
        value: the column of the measure.
        total: the column that counts what the measure is taken over.
        is_share: whether it is a fraction from 0 to 1, drawn as a percentage.
        low: the column of the lower end of its interval; empty if it has none.
        high: the column of the upper end.
    """

    title: str
    value: str
    total: str = "conversation_count"
    is_share: bool = True
    low: str = ""
    high: str = ""


def dots_chart(
    groups: pd.DataFrame,
    measure: MeasureSpec,
    *,
    field: str,
    colours: Colours,
    other: MeasureSpec | None = None,
    scale: Scale = "linear",
) -> go.Figure:
    """A dot for each group, in the order given, with its interval if the measure has one.

    Args:
        groups: rows with ``group_name`` and the columns of ``measure``.
        measure: the measure to draw.
        field: the filter that a group is a value of.
        colours: the colour of each group; groups without one have the colour of bars.
        other: a second measure of the same unit, drawn hollow beside the first.
        scale: scale of the measure; a log scale leaves out groups at 0.
    """
    rows = groups[groups[measure.value].notna()]
    if scale == "log":
        rows = rows[rows[measure.value] > 0]
    names = [formats.name(name) for name in rows["group_name"]]
    traces = [_solid_dots(rows, names, measure, colours, field)]
    if other is not None:
        traces.append(_hollow_dots(rows, names, other, field))
    axis = _measure_axis(measure, scale, rows)
    return named_bars_figure(traces, names, axis, has_legend=other is not None)


def model_languages_chart(
    pairs: pd.DataFrame,
    order: Sequence[object] | None = None,
    *,
    models: int = 20,
    languages: int = 10,
) -> go.Figure:
    """A heat map of models and the most frequent languages.

    The colour is the share of the model's conversations; the cell says how many they are.

    Args:
        pairs: the rows of ``groups.model_languages``.
        order: the models in the order to draw; by default the most used first.
        models: how many models to draw.
        languages: how many languages to draw.
    """
    ordered = _most_frequent(pairs, "model", models) if order is None else order[:models]
    return heat_map(
        pairs,
        [_name_or_none(model) for model in ordered],
        _most_frequent(pairs, "language", languages),
        keys=("model", "language"),
        count="conversation_count",
        share="model_share",
        hover_text="%{customdata[0]:,} conversations<br>%{customdata[1]:.2%} of the model's",
        fields=("model", "language"),
    )


def language_models_chart(pairs: pd.DataFrame, colours: Colours, languages: int = 15) -> go.Figure:
    """A bar for each of the most frequent languages, divided by model.

    Models that are not among the `MODELS_SHOWN` most used of the slice are added up in one grey
    part at the end.

    Args:
        pairs: the rows of ``groups.model_languages``.
        colours: the colour of each model.
        languages: how many languages to draw.
    """
    totals = pairs.groupby("language", dropna=False, sort=False)["conversation_count"].sum()
    frequent = totals.sort_values(ascending=False, kind="stable").head(languages).index
    models = pairs.groupby("model", sort=False)["conversation_count"].sum()
    largest = models.sort_values(ascending=False, kind="stable").head(MODELS_SHOWN).index
    rows = pairs[pairs["language"].isin(frequent)]
    names = [formats.name(language) for language in frequent]
    bars = [_model_part(rows[rows["model"] == model], model, colours) for model in largest]
    unnamed = rows["model"].isna()
    if unnamed.any():
        bars.append(_model_part(rows[unnamed], None, colours))
    others = rows[~rows["model"].isin(largest) & ~unnamed]
    if len(others):
        sums = others.groupby("language", dropna=False, sort=False, as_index=False)[
            ["conversation_count", "language_share"]
        ].sum()
        bars.append(_model_part(sums, None, colours, "other models"))
    figure = named_bars_figure(
        bars, names, share_axis("Share of the language"), has_legend=True, legend_rows=3
    )
    return figure.update_layout(barmode="stack", uniformtext={"minsize": 9, "mode": "hide"})


def _measure_axis(measure: MeasureSpec, scale: Scale, groups: pd.DataFrame) -> PlotlyDict:
    highest = groups[[end for end in (measure.value, measure.high) if end]].max().max()
    if measure.is_share:
        return padded_axis(share_axis(measure.title, scale), highest * 100)
    axis = {"title": {"text": measure.title, "standoff": 8}, "type": scale}
    return {**axis, "dtick": 1} if scale == "log" else padded_axis({**axis, "nticks": 6}, highest)


def _solid_dots(
    groups: pd.DataFrame, names: list[str], measure: MeasureSpec, colours: Colours, field: str
) -> PlotlyDict:
    trace = _dots(groups, names, measure, field)
    colour = [colours.get(name, BAR_COLOUR) for name in names]
    marker = {"color": colour, "size": 9, "opacity": opacities(groups[measure.total].tolist())}
    return {**trace, "name": "as counted", "marker": marker}


def _hollow_dots(
    groups: pd.DataFrame, names: list[str], measure: MeasureSpec, field: str
) -> PlotlyDict:
    trace = _dots(groups, names, measure, field)
    line = {"color": INTERVAL_COLOUR, "width": 1.6}
    marker = {"symbol": "diamond-open", "size": 9, "color": INTERVAL_COLOUR, "line": line}
    return {**trace, "name": "standardised", "marker": marker}


def _dots(groups: pd.DataFrame, names: list[str], measure: MeasureSpec, field: str) -> PlotlyDict:
    factor = 100 if measure.is_share else 1
    value = groups[measure.value] * factor
    unit = " %" if measure.is_share else ""
    has_interval = bool(measure.low)
    ends = (measure.low, measure.high)
    low, high = (groups[end] * factor if has_interval else value for end in ends)
    trace: PlotlyDict = {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": value.tolist(),
        "y": names,
        "meta": filter_tokens(field, groups["group_name"]),
        "customdata": list(
            zip(groups[measure.total].tolist(), low.tolist(), high.tolist(), strict=True)
        ),
        "hovertemplate": f"%{{y}}<br>{measure.title}: %{{x:,.4~g}}{unit}"
        + (
            f"<br>95 % CI %{{customdata[1]:,.4~g}}–%{{customdata[2]:,.4~g}}{unit}"
            if has_interval
            else ""
        )
        + "<br>n = %{customdata[0]:,}<extra></extra>",
    }
    if has_interval:
        trace["error_x"] = error_bars(value, low, high)
    return trace


def _model_part(
    rows: pd.DataFrame, model: str | None, colours: Colours, label: str = ""
) -> PlotlyDict:
    """The part of one model in the bars of all languages; without a model, a grey part."""
    name = label or formats.name(model)
    colour = OTHERS_COLOUR if model is None else colours.get(model, OTHERS_COLOUR)
    text = escape_html(shortened(name.replace("other models", "others"), 18))
    return {
        "type": "bar",
        "orientation": "h",
        "name": escape_html(shortened(name, 16)),
        "x": (rows["language_share"] * 100).tolist(),
        "y": [formats.name(language) for language in rows["language"]],
        "text": [text] * len(rows),
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "insidetextfont": {"color": PART_TEXT_COLOUR},
        "marker": {"color": colour},
        "meta": [
            None if label else filter_token(model=model, language=language)
            for language in rows["language"]
        ],
        "customdata": rows["conversation_count"].tolist(),
        "hovertemplate": (
            f"%{{y}} · {escape_html(name)}<br>%{{customdata:,}} conversations<br>"
            "%{x:.3~g} % of the language"
            "<extra></extra>"
        ),
    }


def _most_frequent(pairs: pd.DataFrame, column: str, number: int) -> list[object]:
    totals = pairs.groupby(column, dropna=False, sort=False)["conversation_count"].sum()
    names = totals.sort_values(ascending=False, kind="stable").head(number).index
    return [_name_or_none(name) for name in names]


def _name_or_none(name: object) -> object:
    """A name, or None for the NaN of a missing one."""
    return name if isinstance(name, str) else None
