"""Format the values of an SQL result, of any type, as the cells of a table."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from dashboard.charts.sql_result import unique_names
from queries.serialisation.duckdb_values import texts
from queries.text.control_characters import escape_control_characters

TEXT_CHARS = 300
"""Longer texts are truncated until the reader expands them."""

WHOLE_CHARS = 20_000
"""Maximum length of an expanded text; downloads have all of it."""

NULL_TEXT = "null"
NESTED_BYTES_MAX = 2_000_000
"""Larger nested columns are not formatted, because that would block other users."""

_TOO_LARGE = "(too large to show; download the result)"

LABEL_CHARS = 80
"""Maximum length of a column name or bar label."""


class CellText(NamedTuple):
    """A formatted value; ``is_cut`` if it was truncated, ``is_null`` if it is missing."""

    text: str
    is_cut: bool = False
    is_null: bool = False


def labels(names: Sequence[str]) -> list[str]:
    """Unique labels of columns: a second ``a`` becomes ``a (2)``."""
    return unique_names(
        [escape_control_characters(name)[:LABEL_CHARS] or "(no name)" for name in names]
    )


def is_number(kind: pa.DataType) -> bool:
    """Whether a type is numeric."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def column_cells(column: pa.ChunkedArray, whole: frozenset[int] = frozenset()) -> list[CellText]:
    """Format the values of a column.

    Args:
        column: a column of any type.
        whole: indices of the rows whose text is expanded.
    """
    if pa.types.is_nested(column.type) and column.nbytes > NESTED_BYTES_MAX:
        is_valid = column.is_valid().to_pylist()
        return [
            CellText(_TOO_LARGE) if ok else CellText(NULL_TEXT, is_null=True) for ok in is_valid
        ]
    is_float = pa.types.is_floating(column.type)
    return [
        _cell(text, is_float, WHOLE_CHARS if index in whole else TEXT_CHARS)
        for index, text in enumerate(texts(column))
    ]


def _cell(text: str | None, is_float: bool, chars: int) -> CellText:
    if text is None:
        return CellText(NULL_TEXT, is_null=True)
    if is_float:
        text = _short_float(text)
    return CellText(f"{text[:chars]}…", is_cut=True) if len(text) > chars else CellText(text)


def _short_float(text: str) -> str:
    """A number as it is if that is short, otherwise with six significant digits."""
    exact = text.removesuffix(".0")
    return exact if len(exact) <= 10 else f"{float(text):.6g}"
