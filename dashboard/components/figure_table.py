"""The figures of any breakdown as a table: each column by its name, each row as a filter."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard import formats
from dashboard.choices import choose
from dashboard.components.table import Head, Row, show_table
from dashboard.picks import pick
from queries.records import records
from queries.spreadsheets import disarmed_csv

_NAMES = ("model", "language", "group_name", "category", "other_category", "value")


def show_figures(
    rows: pd.DataFrame,
    *,
    name: str,
    title: str,
    note: str,
    plot: str | None,
    fields: Mapping[str, str],
) -> None:
    """Draw a frame as it is, with ways to take it along.

    Args:
        rows: the frame.
        name: of the files it is saved as.
        title: what it shows.
        note: how many it counts.
        plot: key of the chart of it, for a picture; None without one.
        fields: the filter that a column stands for, by the column.
    """
    heads = [
        Head(column.replace("_", " "), is_number=_is_number(rows[column]))
        for column in rows.columns
    ]
    shares = {column for column in rows.columns if _is_share(column, rows.columns)}
    lines = [
        Row(
            cells=[_cell(column, value, shares) for column, value in row.items()],
            pick=_pick(row, fields),
        )
        for row in records(rows)
    ]
    export = {"name": name, "csv": disarmed_csv(rows), "plot": plot, "title": title, "note": note}
    show_table(
        heads,
        lines,
        caption=f"{title}: the figures",
        key=f"figures_{name}",
        on_choice=choose,
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
    """A number in a column that else holds names: turns that shift; a missing name is a NaN."""
    return column == "value" and isinstance(value, float) and not np.isnan(value)


def _pick(row: Mapping[str, Any], fields: Mapping[str, str]) -> str | None:
    return pick(**{field: row[column] for column, field in fields.items()}) if fields else None
