"""The types of a result: Arrow or parquet cannot hold some of DuckDB's, which then become text."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from queries.serialisation.duckdb_values import DUCKDB_TYPE

if TYPE_CHECKING:
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

_AS_TEXT = frozenset(
    {
        # Arrow receives another value than the one that DuckDB shows.
        *("uhugeint", "bignum", "bit", "time with time zone", "variant", "type"),
        # Parquet cannot hold them.
        *("interval", "union"),
    }
)

_SECONDS = ("timestamp_s",)
"""Parquet counts smaller units: its writer would multiply infinity."""


def as_arrow_types(rows: "duckdb.DuckDBPyRelation") -> "duckdb.DuckDBPyRelation":
    """The rows, with each value that Arrow or parquet cannot hold as the text that DuckDB shows.

    Lists, structs and maps keep their shape; the values inside become text.
    """
    columns, is_changed = [], False
    pairs = zip(distinct_names(rows.columns), rows.types, strict=True)
    for position, (name, kind) in enumerate(pairs, 1):
        target = _target(kind)
        is_changed |= target != str(kind) or name != rows.columns[position - 1]
        column = f"#{position}" if target == str(kind) else f"cast(#{position} as {target})"
        columns.append(f"{column} as {_quoted(name)}")
    return rows.project(", ".join(columns)) if is_changed else rows


def with_duckdb_types(schema: pa.Schema, rows: "duckdb.DuckDBPyRelation") -> pa.Schema:
    """The schema, with the type that DuckDB gives to each column in the metadata of its field."""
    fields = [
        field.with_metadata({**(field.metadata or {}), DUCKDB_TYPE: str(kind)})
        for field, kind in zip(schema, rows.types, strict=True)
    ]
    return pa.schema(fields, schema.metadata)


def distinct_names(names: list[str]) -> list[str]:
    """The names, with the second `a` as `a_1`: objects and data frames need distinct ones."""
    taken, numbers = set(names), dict[str, int]()
    result = []
    for name in names:
        if name not in numbers:
            numbers[name] = 0
            result.append(name)
            continue
        while (candidate := f"{name}_{numbers[name] + 1}") in taken:
            numbers[name] += 1
        taken.add(candidate)
        result.append(candidate)
    return result


def _target(kind: "DuckDBPyType") -> str:
    """The type to cast to; that of the column if nothing has to change."""
    if kind.id in _AS_TEXT:
        return "VARCHAR"
    if kind.id in _SECONDS:
        return "TIMESTAMP"
    if kind.id in ("list", "array", "struct", "map", "tuple"):
        return _nested_target(kind)
    return str(kind)


def _nested_target(kind: "DuckDBPyType") -> str:
    children: list[Any] = list(kind.children)
    if kind.id == "array":
        item, size = children[0][1], children[1][1]
        return f"{_target(item)}[{size}]"
    types = [_target(child) for _, child in children]
    if kind.id == "list":
        return f"{types[0]}[]"
    if not types or (kind.id == "map" and types[0] == '"NULL"'):
        return "VARCHAR"
    if types == [str(child) for _, child in children]:
        return str(kind)
    if kind.id == "map":
        return f"MAP({types[0]}, {types[1]})"
    if kind.id == "tuple":
        return "VARCHAR"
    names = [_quoted(name) for name, _ in children]
    return f"STRUCT({', '.join(f'{n} {t}' for n, t in zip(names, types, strict=True))})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
