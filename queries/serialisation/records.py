"""Rows of a DataFrame as plain dictionaries."""

from typing import Any

import pandas as pd


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary per row, keyed by column name, with plain Python numbers and booleans."""
    names = [str(name) for name in rows.columns]
    return [
        dict(zip(names, values, strict=True)) for values in rows.itertuples(index=False, name=None)
    ]


def enums_to_text(rows: pd.DataFrame) -> pd.DataFrame:
    """The frame with its enum columns changed, in place, to text.

    DuckDB returns an enum as a pandas categorical that carries all values, used or not.
    """
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].astype("str")
    return rows
