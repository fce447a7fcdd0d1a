"""Rows of an export as text: JSON lines or CSV."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from queries.serialisation.csv_safety import escape_formula
from queries.serialisation.json_values import (
    binary_type,
    decode_bytes,
    map_leaves,
    replace_non_finite,
)

_LINES_AT_ONCE = 2_048

_LINE_ENDS = tuple((c.encode(), f"\\u{ord(c):04x}".encode()) for c in "\u2028\u2029\x85")


def json_lines(table: pa.Table) -> bytes:
    """Each row as a JSON object on a line of its own."""
    convert = _to_json_values if _needs_conversion(table) else None
    lines: list[bytes] = []
    for start in range(0, table.num_rows, _LINES_AT_ONCE):
        lines += _objects(table.slice(start, _LINES_AT_ONCE), convert)
    return b"".join(lines)


def _objects(table: pa.Table, convert: Callable[[Any], Any] | None) -> Iterator[bytes]:
    if convert is not None:
        columns = [column.cast(binary_type(column.type)) for column in table.columns]
        table = pa.table(columns, names=table.column_names)
    for row in table.to_pylist():
        values = convert(row) if convert else row
        yield _one_line(orjson.dumps(values)) + b"\n"


def _one_line(row: bytes) -> bytes:
    """A row of JSON without the characters beyond ASCII that end a line for some readers."""
    for character, escape in _LINE_ENDS:
        if character in row:
            row = row.replace(character, escape)
    return row


def _needs_conversion(table: pa.Table) -> bool:
    """Whether the table has values that JSON lacks: infinite numbers, or invalid UTF-8."""
    return any(
        _is_unrepresentable(leaf)
        for column in table.columns
        for chunk in column.chunks
        for leaf in _leaves(chunk)
    )


def _leaves(array: pa.Array) -> Iterator[pa.Array]:
    """The arrays of plain values within nested ones."""
    if pa.types.is_struct(array.type):
        for child in array.flatten():
            yield from _leaves(child)
    elif pa.types.is_list(array.type):
        yield from _leaves(array.flatten())
    else:
        yield array


def _is_unrepresentable(array: pa.Array) -> bool:
    if pa.types.is_floating(array.type):
        return not pc.all(pc.fill_null(pc.is_finite(array), True), min_count=0).as_py()
    if pa.types.is_string(array.type):
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            return True
    return False


def _to_json_values(row: dict[str, Any]) -> Any:  # noqa: ANN401
    return map_leaves(row, lambda leaf: replace_non_finite(decode_bytes(leaf)))


def flat_table(table: pa.Table) -> pa.Table:
    """The table with each list of texts as "a, b", and U+FFFD for bytes that are no UTF-8."""
    for index, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_list(column.type):
            column = pc.binary_join(column.combine_chunks(), ", ")
        if pa.types.is_string(column.type) and _needs_conversion(pa.table({name: column})):
            cells = [decode_bytes(cell) for cell in column.cast(pa.binary()).to_pylist()]
            column = pa.array(cells, pa.string())
        table = table.set_column(index, name, column)
    return table


def csv_rows(table: pa.Table) -> bytes:
    """Rows of CSV without a header. Lists are written as "a, b"; formulas are escaped."""
    table = flat_table(table)
    for index, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_string(column.type):
            cells = [None if cell is None else escape_formula(cell) for cell in column.to_pylist()]
            table = table.set_column(index, name, pa.array(cells, pa.string()))
    stream = pa.BufferOutputStream()
    pa.csv.write_csv(table, stream, pa.csv.WriteOptions(include_header=False))
    data: bytes = stream.getvalue().to_pybytes()
    return data
