"""Rows of an export as text: lines of JSON, or lines of CSV."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from queries.plain_values import decoded, each_leaf, finite, with_bytes
from queries.spreadsheets import disarmed

_LINES_AT_ONCE = 2_048


def lines(table: pa.Table) -> bytes:
    """Each row as a JSON object on a line of its own."""
    plain = _plain if _has_odd_values(table) else None
    lines: list[bytes] = []
    for start in range(0, table.num_rows, _LINES_AT_ONCE):
        lines += _objects(table.slice(start, _LINES_AT_ONCE), plain)
    return b"".join(lines)


def _objects(table: pa.Table, plain: Callable[[Any], Any] | None) -> Iterator[bytes]:
    if plain is not None:
        columns = [column.cast(with_bytes(column.type)) for column in table.columns]
        table = pa.table(columns, names=table.column_names)
    for row in table.to_pylist():
        yield orjson.dumps(plain(row) if plain else row, option=orjson.OPT_APPEND_NEWLINE)


def _has_odd_values(table: pa.Table) -> bool:
    """Whether there are numbers or bytes in it that JSON does not have."""
    return any(
        _is_odd(leaf)
        for column in table.columns
        for chunk in column.chunks
        for leaf in _leaves(chunk)
    )


def _leaves(array: pa.Array) -> Iterator[pa.Array]:
    if pa.types.is_struct(array.type):
        for child in array.flatten():
            yield from _leaves(child)
    elif pa.types.is_list(array.type):
        yield from _leaves(array.flatten())
    else:
        yield array


def _is_odd(array: pa.Array) -> bool:
    if pa.types.is_floating(array.type):
        return not pc.all(pc.fill_null(pc.is_finite(array), True), min_count=0).as_py()
    if pa.types.is_string(array.type):
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            return True
    return False


def _plain(row: dict[str, Any]) -> Any:  # noqa: ANN401
    return each_leaf(row, lambda leaf: finite(decoded(leaf)))


def cells(table: pa.Table) -> bytes:
    """Rows of CSV without a header: lists as "a, b", and no text that is run as a formula."""
    for place, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_list(column.type):
            column = pc.binary_join(column.combine_chunks(), ", ")
        if pa.types.is_string(column.type):
            cells = [None if cell is None else disarmed(cell) for cell in column.to_pylist()]
            table = table.set_column(place, name, pa.array(cells, pa.string()))
    stream = pa.BufferOutputStream()
    pa.csv.write_csv(table, stream, pa.csv.WriteOptions(include_header=False))
    data: bytes = stream.getvalue().to_pybytes()
    return data
