"""How each language divides by model: one bar of parts for each."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colors import REST_COLOR, Colors
from dashboard.charts.frame import Part, escaped, named_bars_figure, share_axis, short
from dashboard.picks import pick

MODELS_SHOWN = 8


def language_models_chart(pairs: pd.DataFrame, colors: Colors, languages: int = 15) -> go.Figure:
    """The most used models in the most frequent languages, as parts of each language.

    Expects the rows of ``groups.model_languages``. A model has its colour; what is not among the
    `MODELS_SHOWN` most used of the slice is one grey part at the end.
    """
    totals = pairs.groupby("language", dropna=False, sort=False)["conversation_count"].sum()
    kept = totals.sort_values(ascending=False, kind="stable").head(languages).index
    models = pairs.groupby("model", sort=False)["conversation_count"].sum()
    largest = models.sort_values(ascending=False, kind="stable").head(MODELS_SHOWN).index
    shown = pairs[pairs["language"].isin(kept)]
    names = [formats.name(language) for language in kept]
    bars = [_part(shown[shown["model"] == model], model, colors) for model in largest]
    unnamed = shown["model"].isna()
    if unnamed.any():
        bars.append(_part(shown[unnamed], None, colors, formats.name(None)))
    rest = shown[~shown["model"].isin(largest) & ~unnamed]
    if len(rest):
        summed = rest.groupby("language", dropna=False, sort=False, as_index=False)[
            ["conversation_count", "language_share"]
        ].sum()
        bars.append(_part(summed, None, colors, "other models"))
    figure = named_bars_figure(
        bars, names, share_axis("Share of the language"), has_legend=True, legend_rows=3
    )
    return figure.update_layout(barmode="stack", uniformtext={"minsize": 9, "mode": "hide"})


def _part(rows: pd.DataFrame, model: str | None, colors: Colors, words: str = "") -> Part:
    name = words or formats.name(model)
    return {
        "type": "bar",
        "orientation": "h",
        "name": escaped(short(name, 16)),
        "x": (rows["language_share"] * 100).tolist(),
        "y": [formats.name(language) for language in rows["language"]],
        "text": [escaped(short(name.replace("other models", "others"), 18))] * len(rows),
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "insidetextfont": {"color": "#fff"},
        "marker": {"color": REST_COLOR if model is None else colors.get(model, REST_COLOR)},
        "meta": [
            None if model is None else pick(model=model, language=language)
            for language in rows["language"]
        ],
        "customdata": rows["conversation_count"].tolist(),
        "hovertemplate": (
            f"%{{y}} · {escaped(name)}<br>%{{customdata:,}} conversations<br>"
            "%{x:.3~g} % of the language"
            "<extra></extra>"
        ),
    }
