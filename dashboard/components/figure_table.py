"""The figures of any breakdown as a table whose rows filter."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.state.cross_filter import toggle_filter_token
from queries.serialisation.csv_safety import safe_csv
from queries.serialisation.records import records

_NAMES = (
    "model",
    "language",
    "topic",
    "subtopic",
    "group_name",
    "category",
    "other_category",
    "value",
)


def show_figures(
    rows: pd.DataFrame,
    *,
    name: str,
    title: str,
    note: str,
    plot: str | None,
    fields: Mapping[str, str],
) -> None:
    """Draw all columns of a breakdown, with buttons to copy and save them.

    Args:
        rows: the rows of the breakdown.
        name: name of the saved files, without extension.
        title: title of the card.
        note: note of the card.
        plot: key of the chart to save as an image; None if there is none.
        fields: the filter that each column stands for.
    """
    columns = [
        TableColumn(column.replace("_", " "), is_number=_is_number(rows[column]))
        for column in rows.columns
    ]
    shares = {column for column in rows.columns if _is_share(column, rows.columns)}
    table_rows = [
        TableRow(
            cells=[_cell(column, value, shares) for column, value in row.items()],
            token=_token(row, fields),
        )
        for row in records(rows)
    ]
    export = {"name": name, "csv": safe_csv(rows), "plot": plot, "title": title, "note": note}
    show_table(
        columns,
        table_rows,
        caption=f"{title}: the figures",
        key=f"figures_{name}",
        on_choice=toggle_filter_token,
        export=export,
    )


def _is_number(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _is_share(column: str, columns: pd.Index) -> bool:
    stem, _, end = column.rpartition("_")
    return end == "share" or (end in ("low", "high") and f"{stem}_share" in columns)


def _cell(column: str, value: Any, shares: set[str]) -> str:  # noqa: ANN401
    if column in shares:
        return formats.share(value)
    if column == "category" and not isinstance(value, str):
        return "any category"
    if column in _NAMES and not (isinstance(value, int) or _is_number_of(column, value)):
        return formats.name(value)
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(map(str, value))
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _is_number_of(column: str, value: Any) -> bool:  # noqa: ANN401
    """Whether a value of the column ``value`` is a number of turns; a missing name is NaN."""
    return column == "value" and isinstance(value, float) and not np.isnan(value)


def _token(row: Mapping[str, Any], fields: Mapping[str, str]) -> str | None:
    return (
        filter_token(**{field: row[column] for column, field in fields.items()}) if fields else None
    )
