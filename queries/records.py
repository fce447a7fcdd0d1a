"""The rows of a frame as plain mappings."""

from typing import Any

import pandas as pd


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """A dictionary for each row, by column name, with Python's own numbers and booleans."""
    names = [str(name) for name in rows.columns]
    return [
        dict(zip(names, values, strict=True)) for values in rows.itertuples(index=False, name=None)
    ]


def without_enums(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with enums as texts: pandas makes categories of them, with all unused values."""
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].astype("str")
    return rows
