"""Two kinds of names against each other: a heat map whose cells carry their figures."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.frame import BAR_PIXELS, Part, escaped, figure, name_pixels, short
from dashboard.picks import pick

_COLORS = [[0, "rgba(31,145,132,0.04)"], [1, "rgba(31,145,132,0.78)"]]
_TOP_LABEL_PIXELS = 96


def model_languages_chart(
    pairs: pd.DataFrame,
    order: Sequence[object] | None = None,
    *,
    models: int = 20,
    languages: int = 10,
) -> go.Figure:
    """Conversations of models in the most frequent languages.

    Expects the rows of ``groups.model_languages``. The colour is the share of the model's
    conversations, on a square-root scale; a cell says how many they are.

    Args:
        pairs: the rows.
        order: the models, in the order to draw; else the most used first.
        models: how many models are drawn.
        languages: how many languages are drawn.
    """
    ordered = _largest(pairs, "model", models) if order is None else order[:models]
    rows = [_known(model) for model in ordered]
    columns = _largest(pairs, "language", languages)
    cells = {(c["model"], c["language"]): c for c in _records(pairs)}
    return _heat_chart(
        rows,
        columns,
        [[cells.get((row, column)) for column in columns] for row in rows],
        count="conversation_count",
        share="model_share",
        words="%{customdata[0]:,} conversations<br>%{customdata[1]:.2%} of the model's",
        fields=("model", "language"),
    )


def category_pairs_chart(pairs: pd.DataFrame, categories: Sequence[str]) -> go.Figure:
    """How many conversations flagged in the category of a row are flagged in that of a column too.

    Expects the rows of ``moderation.category_pairs``; only categories that occur are drawn.
    """
    found = set(pairs["category"])
    names = [category for category in categories if category in found]
    cells = {(c["category"], c["other_category"]): c for c in _records(pairs)}
    return _heat_chart(
        names,
        names,
        [[cells.get((row, column)) for column in names] for row in names],
        count="conversation_count",
        share="category_share",
        words="%{customdata[0]:,} conversations<br>%{customdata[1]:.1%} of those of the row",
        fields=("category", None),
    )


def _heat_chart(
    rows: Sequence[object],
    columns: Sequence[object],
    cells: Sequence[Sequence[Part | None]],
    *,
    count: str,
    share: str,
    words: str,
    fields: tuple[str, str | None],
) -> go.Figure:
    row_names, column_names = ([formats.name(n) for n in names] for names in (rows, columns))
    field, other = fields
    trace: Part = {
        "type": "heatmap",
        "x": [escaped(name) for name in column_names],
        "y": [escaped(name) for name in row_names],
        "z": [[cell[share] ** 0.5 if cell else None for cell in line] for line in cells],
        "zmin": 0,
        "zmax": 1,
        "customdata": [
            [[cell[count], cell[share]] if cell else [0, 0] for cell in line] for line in cells
        ],
        "text": [[_compact(cell[count]) if cell else "" for cell in line] for line in cells],
        "texttemplate": "%{text}",
        "meta": [
            [
                _pick(field, row, other, column) if cell else None
                for column, cell in zip(columns, line, strict=True)
            ]
            for row, line in zip(rows, cells, strict=True)
        ],
        "hovertemplate": f"%{{y}} · %{{x}}<br>{words}<extra></extra>",
        "colorscale": _COLORS,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
    }
    x_axis = {
        **_names_axis(column_names, 16),
        "side": "bottom",
        "tickangle": -40,
    }
    y_axis = {**_names_axis(row_names, 24), "autorange": "reversed", "ticklabelstandoff": 4}
    height = _TOP_LABEL_PIXELS + BAR_PIXELS * max(len(row_names), 2)
    return figure([trace], height, name_pixels(row_names), x_axis, y_axis, bottom=_TOP_LABEL_PIXELS)


def _pick(field: str, row: object, other: str | None, column: object) -> str | None:
    return pick(**{field: row}) if other is None else pick(**{field: row, other: column})


def _names_axis(names: Sequence[str], chars: int) -> Part:
    return {
        "type": "category",
        "tickvals": [escaped(name) for name in names],
        "ticktext": [escaped(short(name, chars)) for name in names],
        "ticks": "",
        "showgrid": False,
    }


def _largest(pairs: pd.DataFrame, column: str, kept: int) -> list[object]:
    totals = pairs.groupby(column, dropna=False, sort=False)["conversation_count"].sum()
    names = totals.sort_values(ascending=False, kind="stable").head(kept).index
    return [_known(name) for name in names]


def _known(name: object) -> object:
    return name if isinstance(name, str) else None


def _records(pairs: pd.DataFrame) -> list[Part]:
    names = list(pairs.columns)
    return [
        dict(zip(names, (None if isinstance(v, float) and v != v else v for v in row), strict=True))
        for row in pairs.itertuples(index=False, name=None)
    ]


def _compact(count: int) -> str:
    """A count in few letters: 12, 3.4k, 1.2M."""
    for limit, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= limit:
            return f"{count / limit:.3g}{unit}"
    return str(count)
