"""Rows on standard output: as a table for people, as JSON or CSV for programs."""

import shutil
import sys
from typing import Any

import click
import numpy as np
import orjson
import pandas as pd

from queries.reading import visible
from queries.records import records
from queries.spreadsheets import disarmed

CELL_CHARS_MAX = 60


def print_rows(rows: pd.DataFrame, format_: str) -> None:
    """Print a frame.

    Args:
        rows: any frame; lists become "a, b" except in JSON.
        format_: ``table``, ``json`` (a list of objects, null for what is missing) or ``csv``,
            where a text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    if format_ == "json":
        click.echo(orjson.dumps(_records(rows), option=orjson.OPT_INDENT_2).decode())
    elif format_ == "csv":
        _disarmed(_flat(rows)).to_csv(sys.stdout, index=False)
    else:
        click.echo(_table(rows))


def print_document(text: str) -> None:
    """Print a text that a program or a person may keep; a terminal is sent nothing it obeys."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=not text.endswith("\n"))


def _disarmed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without what a spreadsheet would run, or a terminal obey."""
    show = visible if sys.stdout.isatty() else str
    for name in rows.columns:
        rows[name] = [
            show(disarmed(value)) if isinstance(value, str) else value for value in rows[name]
        ]
    return rows


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{name: _plain(v) for name, v in row.items()} for row in records(rows)]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A value that JSON has: missing ones as None, NumPy's as Python's."""
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _flat(rows: pd.DataFrame) -> pd.DataFrame:
    flat = rows.copy()
    for name in flat.columns:
        if flat[name].dtype == object:
            flat[name] = [
                ", ".join(map(str, v)) if isinstance(v, np.ndarray | list) else v
                for v in flat[name]
            ]
    return flat


def _table(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "No rows."
    if len(rows) == 1 and len(rows.columns) > 6:
        return _facts(rows)
    names = [str(name) for name in rows.columns]
    cells = [names, *([_cell(v) for v in row.values()] for row in records(_flat(rows)))]
    is_number = [pd.api.types.is_numeric_dtype(kind) for kind in rows.dtypes]
    widths = [max(len(row[place]) for row in cells) for place in range(len(rows.columns))]
    lines = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _facts(rows: pd.DataFrame) -> str:
    """A single wide row, one value a line."""
    width = max(len(str(name)) for name in rows.columns)
    columns = shutil.get_terminal_size().columns
    flat = _flat(rows)
    return "\n".join(
        f"{name!s:<{width}}  {_cell(flat[name].iloc[0], max(CELL_CHARS_MAX, columns - width - 2))}"
        for name in flat.columns
    )


def _cell(value: Any, chars: int = CELL_CHARS_MAX) -> str:  # noqa: ANN401
    if not isinstance(value, str) and pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        return f"{value:,.4g}" if abs(float(value)) < 1000 else f"{value:,.1f}"
    # A terminal would obey the control characters of a hostile text.
    text = visible(" ".join(str(value).split()))
    return text if len(text) <= chars else f"{text[: chars - 1]}…"
