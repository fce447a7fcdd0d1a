"""Print rows: as a table for people, as JSON or CSV for programs."""

import shutil
import sys
from typing import Any

import click
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from queries.serialisation.csv_safety import escape_formula
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

CELL_CHARS_MAX = 60
_KEYS = ("prompt_group",)
"""Columns of numbers that name something."""

WIDE_COLUMNS = 6
"""A single row with more columns is printed with one value per line."""


def print_rows(rows: pd.DataFrame, format_: str) -> None:
    """Print a DataFrame.

    Args:
        rows: any DataFrame; lists become "a, b" except in JSON.
        format_: ``table``, ``json`` (a list of objects, null for a missing value) or ``csv``,
            with an apostrophe before a text that a spreadsheet would run as a formula.
    """
    if format_ == "json":
        click.echo(orjson.dumps(_records(rows), option=orjson.OPT_INDENT_2).decode())
    elif format_ == "csv":
        _safe_for_csv(_flat(rows)).to_csv(sys.stdout, index=False)
    else:
        click.echo(_table(rows))


def print_table(rows: pa.Table, format_: str) -> None:
    """Print an Arrow table with every value as DuckDB writes it; formats as in `print_rows`.

    Lists, structs and maps are JSON.
    """
    from queries.serialisation.arrow_tables import table_csv, table_json

    if format_ == "json":
        click.echo(table_json(rows))
    elif format_ == "csv":
        escape = escape_control_characters if sys.stdout.isatty() else str
        click.echo(table_csv(rows, escape), nl=False)
    else:
        click.echo(_text_table(rows))


def print_document(text: str) -> None:
    """Print a document; on a terminal, control characters are escaped."""
    click.echo(
        escape_control_characters(text) if sys.stdout.isatty() else text, nl=not text.endswith("\n")
    )


def _safe_for_csv(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without formulas, and on a terminal without control characters."""
    escape = escape_control_characters if sys.stdout.isatty() else str
    for name in rows.columns:
        rows[name] = [
            escape(escape_formula(value)) if isinstance(value, str) else value
            for value in rows[name]
        ]
    return rows


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{name: _plain(v) for name, v in row.items()} for row in records(rows)]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A value as JSON can represent it: None for a missing one, Python types for NumPy types."""
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
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
    if len(rows) == 1 and len(rows.columns) > WIDE_COLUMNS:
        return _facts(rows)
    names = [str(name) for name in rows.columns]
    cells = [
        names,
        *([_cell(_key_text(*pair)) for pair in row.items()] for row in records(_flat(rows))),
    ]
    return _aligned(cells, [pd.api.types.is_numeric_dtype(kind) for kind in rows.dtypes])


def _text_table(rows: pa.Table) -> str:
    from queries.serialisation.duckdb_values import has_numbers, texts

    if not rows.num_rows:
        return "No rows."
    names = [_cell(name) for name in rows.column_names]
    columns = [texts(column) for column in rows.columns]
    if rows.num_rows == 1 and len(names) > WIDE_COLUMNS:
        return _one_per_line(names, [column[0] for column in columns])
    cells = [names, *([_cell(value) for value in row] for row in zip(*columns, strict=True))]
    return _aligned(cells, [has_numbers(field) for field in rows.schema])


def _aligned(cells: list[list[str]], is_number: list[bool]) -> str:
    """Cells in columns, numbers to the right, with a line below the first row."""
    widths = [max(len(row[n]) for row in cells) for n in range(len(is_number))]
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
    """A single wide row, one value per line."""
    flat = _flat(rows)
    names = [str(name) for name in flat.columns]
    values = [flat[name].iloc[0] for name in flat.columns]
    pairs = zip(names, values, strict=True)
    return _one_per_line(names, [_key_text(*pair) for pair in pairs])


def _one_per_line(names: list[str], values: list[Any]) -> str:
    width = max(map(len, names))
    chars = max(CELL_CHARS_MAX, shutil.get_terminal_size().columns - width - 2)
    pairs = zip(names, values, strict=True)
    return "\n".join(f"{name:<{width}}  {_cell(value, chars)}" for name, value in pairs)


def _key_text(name: str, value: Any) -> Any:  # noqa: ANN401
    """A value; that of a key as text without separators, so that it can be given to a filter."""
    return str(value) if name in _KEYS and not pd.isna(value) else value


def _cell(value: Any, chars: int = CELL_CHARS_MAX) -> str:  # noqa: ANN401
    if not isinstance(value, str) and pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        return f"{value:,.4g}" if abs(float(value)) < 1000 else f"{value:,.1f}"
    # A hostile text could control the terminal.
    text = escape_control_characters(" ".join(str(value).split()))
    return text if len(text) <= chars else f"{text[: chars - 1]}…"
