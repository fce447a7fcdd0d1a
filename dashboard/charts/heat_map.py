"""A heat map of two sets of names, with the counts written in its cells."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.charts.colours import HEAT_SCALE
from dashboard.charts.figure_parts import (
    BAR_PIXELS,
    PlotlyDict,
    escape_html,
    figure,
    label_pixels,
    shortened,
)
from dashboard.charts.filter_token import filter_token

_COLUMN_LABEL_PIXELS = 96


def heat_map(
    cells: pd.DataFrame,
    rows: Sequence[object],
    columns: Sequence[object],
    *,
    keys: tuple[str, str],
    count: str,
    share: str,
    hover_text: str,
    fields: tuple[str, str | None],
) -> go.Figure:
    """Draw cells whose colour is a share, on a square-root scale, and whose text is a count.

    Args:
        cells: a row for each cell that has a count.
        rows: the names of the rows of the heat map, from top to bottom.
        columns: the names of its columns.
        keys: the columns of ``cells`` that hold the name of the row and of the column.
        count: the column with the count.
        share: the column with the share, 0 to 1.
        hover_text: second line of the tooltip.
        fields: the filters that the row and the column of a cell stand for.
    """
    by_names = {(cell[keys[0]], cell[keys[1]]): cell for cell in _records(cells)}
    grid = [[by_names.get((row, column)) for column in columns] for row in rows]
    row_names, column_names = ([formats.name(n) for n in names] for names in (rows, columns))
    trace: PlotlyDict = {
        "type": "heatmap",
        "x": [escape_html(name) for name in column_names],
        "y": [escape_html(name) for name in row_names],
        "z": [[cell[share] ** 0.5 if cell else None for cell in line] for line in grid],
        "zmin": 0,
        "zmax": 1,
        "customdata": [
            [[cell[count], cell[share]] if cell else [0, 0] for cell in line] for line in grid
        ],
        "text": [[_compact(cell[count]) if cell else "" for cell in line] for line in grid],
        "texttemplate": "%{text}",
        "meta": _tokens(grid, rows, columns, fields),
        "hovertemplate": f"%{{y}} · %{{x}}<br>{hover_text}<extra></extra>",
        "colorscale": HEAT_SCALE,
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
    height = _COLUMN_LABEL_PIXELS + BAR_PIXELS * max(len(row_names), 2)
    left = label_pixels(row_names)
    return figure([trace], height, left, x_axis, y_axis, bottom=_COLUMN_LABEL_PIXELS)


def _tokens(
    grid: Sequence[Sequence[PlotlyDict | None]],
    rows: Sequence[object],
    columns: Sequence[object],
    fields: tuple[str, str | None],
) -> list[list[str | None]]:
    """The filter token of each cell; None for empty cells."""
    row_field, column_field = fields
    return [
        [
            filter_token(**{row_field: row}, **({column_field: column} if column_field else {}))
            if cell
            else None
            for column, cell in zip(columns, line, strict=True)
        ]
        for row, line in zip(rows, grid, strict=True)
    ]


def _names_axis(names: Sequence[str], chars: int) -> PlotlyDict:
    return {
        "type": "category",
        "tickvals": [escape_html(name) for name in names],
        "ticktext": [escape_html(shortened(name, chars)) for name in names],
        "ticks": "",
        "showgrid": False,
    }


def _records(cells: pd.DataFrame) -> list[PlotlyDict]:
    """The rows as dictionaries, with None for missing names."""
    names = list(cells.columns)
    return [
        dict(zip(names, (None if isinstance(v, float) and v != v else v for v in row), strict=True))
        for row in cells.itertuples(index=False, name=None)
    ]


def _compact(count: int) -> str:
    """A count in a few characters: 12, 3.4k, 1.2M."""
    for limit, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= limit:
            return f"{count / limit:.3g}{unit}"
    return str(count)
