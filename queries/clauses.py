"""The few shapes that a condition on a conversation has, and the one compiler to SQL.

DuckDB and LanceDB get the same condition; only the way a value is written differs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column has one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAny:
    """The list in the column holds at least one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least one of the columns is as large as the bound, or larger."""

    columns: tuple[str, ...]
    low: int | float


@dataclass(frozen=True, slots=True)
class AtMost:
    """The column is as small as the bound, or smaller."""

    column: str
    high: int


@dataclass(frozen=True, slots=True)
class Is:
    """The column is true, or is false."""

    column: str
    value: bool


Clause = OneOf | HasAny | AtLeast | AtMost | Is


def duckdb_where(clauses: Iterable[Clause]) -> tuple[str, dict[str, Value]]:
    """A condition with placeholders, and the values bound to them; ``true`` without clauses."""
    params: dict[str, Value] = {}

    def bind(value: Value) -> str:
        name = f"filter_{len(params)}"
        params[name] = value
        return f"${name}"

    return _where(clauses, bind), params


def literal_where(clauses: Iterable[Clause]) -> str:
    """The same condition with literals: for LanceDB, which takes no parameters, and for people."""
    return _where(clauses, quote)


def quote(value: Value) -> str:
    """A value as an SQL literal.

    Raises:
        TypeError: a type that has no literal here.
    """
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            raise TypeError(f"cannot write {type(value).__name__} in SQL")


def _where(clauses: Iterable[Clause], write: Callable[[Value], str]) -> str:
    # Column names are constants of the code, never text from a person.
    def sql(clause: Clause) -> str:
        match clause:
            case OneOf(column, values):
                return f"{column} in ({', '.join(map(write, values))})"
            case HasAny(column, values):
                return f"array_has_any({column}, [{', '.join(map(write, values))}])"
            case AtLeast(columns, low):
                bounds = [f"{column} >= {write(low)}" for column in columns]
                return bounds[0] if len(bounds) == 1 else f"({' or '.join(bounds)})"
            case AtMost(column, high):
                return f"{column} <= {write(high)}"
            case Is(column, value):
                return f"{column} = {write(value)}"
            case _:
                assert_never(clause)

    return " and ".join(map(sql, clauses)) or "true"
