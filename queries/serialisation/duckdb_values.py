"""Values of an Arrow table as DuckDB writes them: as text, and as JSON."""

import atexit
from functools import cache
from typing import Any

import duckdb
import orjson
import pyarrow as pa

DUCKDB_TYPE = b"duckdb_type"
"""The metadata key of a field with the name of the column's type in DuckDB."""

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM", "FLOAT", "DOUBLE")
_TEXTS = ("VARCHAR", "JSON", "BLOB", "ENUM", "UNION", "VARIANT")


def texts(column: pa.ChunkedArray) -> list[str | None]:
    """The values of a column as DuckDB casts them to text, in UTC; null for a missing one.

    Lists, structs and maps are JSON.
    """
    kind = column.type
    if pa.types.is_nested(kind):
        return [None if v is None else dumps(v) for v in json_values(column)]
    if pa.types.is_boolean(kind):
        return [None if v is None else str(v).lower() for v in column.to_pylist()]
    if pa.types.is_integer(kind):
        return [None if v is None else str(v) for v in column.to_pylist()]
    if pa.types.is_decimal(kind):  # Wide integers too, which have one more digit than a decimal.
        return [None if v is None else f"{v:f}" for v in column.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_null(kind):
        return list(column.to_pylist())
    with _connection().cursor() as cursor:
        cursor.register("given", pa.table({"value": column}))
        cast = cursor.sql("select cast(value as varchar) as value from given")
        values: list[str | None] = cast.to_arrow_table()["value"].to_pylist()
    return values


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    atexit.register(connection.close)
    return connection


def json_values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column for `dumps`.

    A number keeps all its digits, but infinity and NaN are texts. What JSON lacks is the text that
    DuckDB shows. A map is an object, with its keys as text.
    """
    kind = column.type
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if is_list or pa.types.is_fixed_size_list(kind):
        return _lists(column)
    if pa.types.is_map(kind):
        return _maps(column)
    if pa.types.is_struct(kind):
        return _structs(column)
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return list(column.to_pylist())
    if has_numbers(pa.field("", kind)):
        return list(map(_number, texts(column)))
    return list(texts(column))


def json_column(field: pa.Field, column: pa.ChunkedArray) -> list[Any]:
    """The values of a column of a result for `dumps`; its field may name its type in DuckDB."""
    if has_numbers(field) and not pa.types.is_nested(column.type):
        return list(map(_number, texts(column)))
    return json_values(column)


def dumps(value: object, *, indent: bool = False) -> str:
    """A value of `json_values` as JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()


def has_numbers(field: pa.Field) -> bool:
    """Whether a column holds numbers, also if Arrow has them as text because they are so large."""
    kind = field.type
    is_numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    is_numeric = is_numeric or pa.types.is_decimal(kind)
    name = duckdb_type(field).removeprefix("U")
    return bool(is_numeric or name in _NUMBERS)


def is_free_text(field: pa.Field) -> bool:
    """Whether the values of a column may be any text, and so may look like a formula."""
    kind = field.type
    if pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or pa.types.is_binary(kind):
        return True
    name = duckdb_type(field)
    return bool(pa.types.is_string(kind) and (not name or name.startswith(_TEXTS)))


def duckdb_type(field: pa.Field) -> str:
    """The name of the type in DuckDB; empty if the field does not say it."""
    name: bytes = (field.metadata or {}).get(DUCKDB_TYPE, b"")
    return name.decode()


def _number(text: str | None) -> Any:  # noqa: ANN401
    """A number of which JSON keeps every digit."""
    if text is None:
        return None
    match text.removeprefix("-"):
        case "nan":
            return "NaN"
        case "inf":
            return "-Infinity" if text.startswith("-") else "Infinity"
    return orjson.Fragment(text)


def _items(array: pa.Array) -> pa.ChunkedArray:
    return pa.chunked_array([array])


def _lists(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = []
    for chunk in column.chunks:
        # `flatten` leaves out what is behind a missing list, and respects slices.
        items = iter(json_values(_items(chunk.flatten())))
        values += [
            None if length is None else [next(items) for _ in range(length)]
            for length in chunk.value_lengths().to_pylist()
        ]
    return values


def _maps(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = []
    for chunk in column.chunks:
        entries = chunk.cast(
            pa.list_(pa.struct([("key", chunk.type.key_type), ("value", chunk.type.item_type)]))
        )
        flat = entries.flatten()
        keys, items = flat.flatten()
        pairs = iter(zip(texts(_items(keys)), json_values(_items(items)), strict=True))
        values += [
            None if length is None else dict(next(pairs) for _ in range(length))
            for length in entries.value_lengths().to_pylist()
        ]
    return values


def _structs(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = []
    names = [field.name for field in column.type]
    for chunk in column.chunks:
        fields = [json_values(_items(child)) for child in chunk.flatten()]
        rows = zip(*fields, strict=True) if fields else (() for _ in range(len(chunk)))
        for is_there, row in zip(chunk.is_valid().to_pylist(), rows, strict=True):
            values.append(dict(zip(names, row, strict=True)) if is_there else None)
    return values
