"""An Arrow table as CSV and as JSON, with every value as DuckDB writes it."""

from collections.abc import Callable

import pyarrow as pa

from queries.serialisation.csv_safety import escape_formula
from queries.serialisation.duckdb_values import dumps, is_free_text, json_column, texts

_QUOTED = frozenset('",\r\n')


def table_json(rows: pa.Table) -> str:
    """A list of objects, one per row."""
    columns = [
        json_column(field, column) for field, column in zip(rows.schema, rows.columns, strict=True)
    ]
    objects = [dict(zip(rows.column_names, row, strict=True)) for row in zip(*columns, strict=True)]
    return dumps(objects, indent=True)


def table_csv(rows: pa.Table, escape: Callable[[str], str] = str) -> str:
    """A header and a line per row. Formulas are escaped; lists, structs and maps are JSON.

    A missing value is empty; an empty text is in quotes.

    Args:
        rows: the table.
        escape: what else to escape in texts.
    """
    cells = []
    for field, column in zip(rows.schema, rows.columns, strict=True):
        values = texts(column)
        if is_free_text(field):
            values = [None if v is None else escape(escape_formula(v)) for v in values]
        cells.append(values)
    header = [escape(escape_formula(name)) for name in rows.column_names]
    lines = [header, *zip(*cells, strict=True)]
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines)


def _cell(text: str | None) -> str:
    if text is None:
        return ""
    if not text or not _QUOTED.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text
