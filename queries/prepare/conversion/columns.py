"""Columns of Arrow from values of text files, in the published types."""

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from queries.datasets.conform import conform
from queries.errors import SourceError
from queries.prepare.conversion.python_literals import parse_literal
from queries.prepare.conversion.text_rows import TextRow

_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


def column_of(rows: Sequence[TextRow], field: pa.Field, path: str) -> pa.Array:
    """One column of some rows of JSON.

    Args:
        rows: the rows. One that lacks the column has null.
        field: its name and type.
        path: of the file, for the message.

    Raises:
        SourceError: a value does not fit the type; names the line.
    """
    values = [_without_nan(row.values.get(field.name), field.type) for row in rows]
    try:
        return _array(values, field.type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        for row, value in zip(rows, values, strict=True):
            try:
                _array([value], field.type)
            except (pa.ArrowException, TypeError, ValueError, OverflowError):
                raise _unfit(row, field, path) from error
        raise


def parsed_cells(rows: Sequence[TextRow], schema: pa.Schema, path: str) -> list[TextRow]:
    """Rows of CSV with values instead of texts, in the columns of a schema.

    Raises:
        SourceError: a cell does not fit its column; names the line.
    """
    parsed = []
    for row in rows:
        values = {}
        for field in schema:
            try:
                values[field.name] = _cell(row.values[field.name], field.type)
            except ValueError as error:
                raise _unfit(row, field, path, str(error)) from error
        parsed.append(TextRow(row.line, values))
    return parsed


def _cell(text: str, type_: pa.DataType) -> Any:  # noqa: ANN401
    if pa.types.is_string(type_):
        return text or None
    if not text.strip():
        return None
    if pa.types.is_boolean(type_):
        return _boolean(text.strip().lower())
    if pa.types.is_integer(type_):
        return _whole_number(text.strip())
    return parse_literal(text)


def _boolean(text: str) -> bool:
    if text not in (*_TRUE, *_FALSE):
        raise ValueError("it is neither true nor false")
    return text in _TRUE


def _whole_number(text: str) -> int:
    # pandas writes whole numbers with a point where others are missing.
    return int(text.removesuffix(".0"))


def _without_nan(value: Any, type_: pa.DataType) -> Any:  # noqa: ANN401
    """The value, or null for a NaN that pandas wrote in the place of a text or a list."""
    is_nan = isinstance(value, float) and math.isnan(value)
    return None if is_nan and not pa.types.is_floating(type_) else value


def _array(values: list[Any], type_: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type_)
    except UnicodeEncodeError:
        # JSON can hold half of a surrogate pair, which no UTF-8 can: bytes keep it as it is.
        bytes_ = pa.array([_as_bytes(value) for value in values], _with_bytes(type_))
        return conform(bytes_, type_)


def _as_bytes(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [_as_bytes(item) for item in value]
    if isinstance(value, dict):
        return {name: _as_bytes(item) for name, item in value.items()}
    return value


def _with_bytes(type_: pa.DataType) -> pa.DataType:
    """The type with bytes in the place of texts."""
    if pa.types.is_string(type_):
        return pa.binary()
    if pa.types.is_list(type_):
        return pa.list_(_with_bytes(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([field.with_type(_with_bytes(field.type)) for field in type_])
    return type_


def _unfit(row: TextRow, field: pa.Field, path: str, reason: str = "") -> SourceError:
    kinds = {"list": "a list", "struct": "an object", "string": "a text"}
    kind = str(field.type).split("<", maxsplit=1)[0]
    value = repr(row.values.get(field.name))
    short = value if len(value) <= 60 else f"{value[:60]}…"
    why = f" ({reason})" if reason else ""
    return SourceError(
        f"{path}, line {row.line:,}: the column {field.name!r} is {short}, and cannot be read as "
        f"{kinds.get(kind, kind)}{why}."
    )
