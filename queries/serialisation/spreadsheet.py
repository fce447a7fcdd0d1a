"""Arrow tables as a sheet of XLSX, where they fit. No text can become a formula or a link."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from queries.errors import DataError
from queries.serialisation.csv_safety import escape_formula
from queries.serialisation.duckdb_values import has_numbers, is_free_text, texts

SHEET_ROWS_MAX = 1_048_576
"""Rows of a sheet, the header included."""

SHEET_CELL_CHARS_MAX = 32_767
"""Characters of a cell, as UTF-16 counts them."""

SHEET_COLUMNS_MAX = 16_384

_EXACT_DIGITS = 15
"""Digits of a number that spreadsheets keep."""

_CREATED = datetime(2000, 1, 1)
"""Said in every file, so that the same rows give the same bytes."""

_NOT_IN_XML = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}

_ELSEWHERE = "Choose CSV, JSON lines or parquet"

SheetRow = Sequence[str | float | int | bool | None]


class SheetLimitError(DataError):
    """Rows that do not fit into a sheet."""

    @classmethod
    def rows(cls, count: int) -> "SheetLimitError":
        """There are too many."""
        return cls(
            f"A sheet of XLSX holds {SHEET_ROWS_MAX - 1:,} rows and a header; there are {count:,} "
            f"or more. {_ELSEWHERE}, or fewer rows."
        )

    @classmethod
    def columns(cls, count: int) -> "SheetLimitError":
        """There are too many columns."""
        return cls(
            f"A sheet of XLSX holds {SHEET_COLUMNS_MAX:,} columns; there are {count:,}. "
            f"{_ELSEWHERE}, or fewer columns."
        )

    @classmethod
    def cell(cls, column: str, row: int, chars: int) -> "SheetLimitError":
        """A text is too long; `row` counts from 1, without the header."""
        return cls(
            f"A cell of XLSX holds {SHEET_CELL_CHARS_MAX:,} characters; {column} of row {row:,} "
            f"has {chars:,}. {_ELSEWHERE}, or leave this column out."
        )


def check_sheet_rows(count: int) -> None:
    """Check that a sheet can hold so many rows beside its header.

    Raises:
        SheetLimitError: it cannot.
    """
    if count >= SHEET_ROWS_MAX:
        raise SheetLimitError.rows(count)


def sheet_rows(table: pa.Table) -> list[SheetRow]:
    """The rows of a table as the cells of a sheet.

    Numbers stay numbers, unless they are exact and have more digits than spreadsheets keep. What
    is neither a number, a text nor a truth value is the text that DuckDB shows.
    """
    columns = [_cells(*pair) for pair in zip(table.schema, table.columns, strict=True)]
    return list(zip(*columns, strict=True))


class Sheet:
    """A sheet that rows are added to."""

    def __init__(self, workbook: Any, schema: pa.Schema) -> None:  # noqa: ANN401
        """Write the header, which stays in view.

        Raises:
            SheetLimitError: there are too many columns, or the name of one is too long.
        """
        if len(schema) > SHEET_COLUMNS_MAX:
            raise SheetLimitError.columns(len(schema))
        self._names = schema.names
        self._is_text = [is_free_text(field) for field in schema]
        self._count = 0
        self._literal = workbook.add_format({"quote_prefix": True})
        self._sheet = workbook.add_worksheet("rows")
        self._sheet.freeze_panes(1, 0)
        for index, name in enumerate(self._names):
            self._put_text(index, name, is_text=True)

    def write(self, rows: Sequence[SheetRow]) -> None:
        """Add rows of `sheet_rows`.

        Raises:
            SheetLimitError: they do not fit.
        """
        check_sheet_rows(self._count + len(rows))
        for row in rows:
            self._count += 1
            for index, value in enumerate(row):
                if isinstance(value, str):
                    self._put_text(index, value, is_text=self._is_text[index])
                elif isinstance(value, bool):
                    self._sheet.write_boolean(self._count, index, value)
                elif value is not None:
                    self._sheet.write_number(self._count, index, value)

    def _put_text(self, index: int, text: str, *, is_text: bool) -> None:
        text = text.translate(_NOT_IN_XML)
        chars = len(text.encode("utf-16-le")) // 2
        if chars > SHEET_CELL_CHARS_MAX:
            raise SheetLimitError.cell(self._names[index][:60], self._count, chars)
        # It would become a formula once somebody edits the cell.
        literal = self._literal if is_text and escape_formula(text) != text else None
        self._sheet.write_string(self._count, index, text, literal)


@contextmanager
def open_sheet(
    out: Path | BinaryIO, schema: pa.Schema, folder: Path | None = None
) -> Iterator[Sheet]:
    """Open a file for the rows of one sheet.

    Args:
        out: the file.
        schema: the names and types of the columns.
        folder: an empty folder in which rows wait for the end; by default they wait in memory.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options: dict[str, Any] = {"in_memory": True}
    if folder is not None:
        options = {"constant_memory": True, "tmpdir": str(folder)}
    workbook = Workbook(str(out) if isinstance(out, Path) else out, options)
    workbook.use_zip64()
    workbook.set_properties({"created": _CREATED})
    try:
        yield Sheet(workbook, schema)
    finally:
        _close(workbook, FileCreateError)


def _close(workbook: Any, failure: type[Exception]) -> None:  # noqa: ANN401
    try:
        workbook.close()
    except failure as error:
        cause = error.args[0] if error.args else None
        raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error


def _cells(field: pa.Field, column: pa.ChunkedArray) -> list[Any]:
    kind = field.type
    if pa.types.is_boolean(kind):
        return list(column.to_pylist())
    if pa.types.is_floating(kind):
        return [None if text is None else _float(text) for text in texts(column)]
    if has_numbers(field) and not pa.types.is_nested(kind):
        return [None if text is None else _exact_number(text) for text in texts(column)]
    return list(texts(column))


def _float(text: str) -> str | float:
    match text.removeprefix("-"):
        case "nan":
            return "NaN"
        case "inf":
            return "-Infinity" if text.startswith("-") else "Infinity"
    return float(text)


def _exact_number(text: str) -> str | float | int:
    digits = text.lstrip("-0.").replace(".", "")
    if len(digits) > _EXACT_DIGITS or not digits.isdigit():
        return text if digits else 0
    return float(text) if "." in text else int(text)
