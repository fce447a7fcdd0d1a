"""Compile clauses to SQL for DuckDB and LanceDB.

Both engines get the same condition; they differ only in how values are written.
"""

from collections.abc import Callable, Iterable
from typing import assert_never

from queries.filters.clauses import (
    AtLeast,
    AtMost,
    Clause,
    Equals,
    HasAny,
    HasText,
    HasWord,
    IndexClause,
    InPolygon,
    Is,
    IsNear,
    IsUnknown,
    Not,
    OneOf,
    Value,
)
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.text.characters import plain
from queries.text.query_language import Phrase
from queries.text.word_sequence import word_sequence

IndexMatches = Callable[[IndexClause], bytes]
"""Asks the search index: one bit per `id_rank`, the first in the most significant bit."""


def duckdb_where(
    clauses: Iterable[Clause], index_matches: IndexMatches | None = None
) -> tuple[str, dict[str, Value]]:
    """A condition with placeholders, and the values to bind to them; ``true`` without clauses.

    Args:
        clauses: conditions that all have to be met.
        index_matches: asks the search index; needed for `HasText` and `IsNear` only.

    Raises:
        TypeError: one of these clauses without `index_matches`.
    """
    params: dict[str, Value] = {}

    def bind(value: Value) -> str:
        name = f"filter_{len(params)}"
        params[name] = value
        return f"${name}"

    def is_match(clause: IndexClause) -> str:
        if index_matches is None:
            raise TypeError(f"the clause {type(clause).__name__} needs a search index")
        # DuckDB casts a bound value once; reading a bit takes three nanoseconds.
        return f"get_bit(cast({bind(index_matches(clause))} as bit), id_rank) = 1"

    return _where(clauses, bind, is_match), params


def literal_where(clauses: Iterable[Clause]) -> str:
    """The same condition for DuckDB with literals, for display."""
    return _where(clauses, quote, _named)


def lance_where(clauses: Iterable[Clause]) -> str:
    """The same condition for LanceDB, which has no bound parameters."""
    return _where(clauses, quote, _named)


def quote(value: Value) -> str:
    """A value as an SQL literal.

    Raises:
        TypeError: the type has no literal.
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


def _named(clause: IndexClause) -> str:
    """A reference to a relation of the matches, which the reader has to supply."""
    comment = _comment(clause).replace("*/", "* /").replace("/*", "/ *")
    relation = "found_by_text" if isinstance(clause, HasText) else "found_by_meaning"
    return f"id_rank in (from {relation})  /* {comment} */"


def _comment(clause: IndexClause) -> str:
    if isinstance(clause, HasText):
        return f"full-text search in {clause.role} messages: {clause.query}"
    model = "" if clause.model is None else f", model {clause.model}"
    of_turn = f"turn {clause.turn} of " if clause.turn else ""
    source = clause.text if clause.turn is None else f"{of_turn}conversation {clause.text}"
    if clause.least is None:
        return f"the {clause.top} conversations nearest in meaning{model}: {source}"
    return f"semantic search, similarity at least {clause.least!r}{model}: {source}"


def _where(
    clauses: Iterable[Clause],
    write: Callable[[Value], str],
    is_match: Callable[[IndexClause], str],
) -> str:
    # Column names are constants in the code, never user input.
    def sql(clause: Clause) -> str:
        match clause:
            case OneOf(column, values):
                return _one_of(column, values, write)
            case HasAny(column, values):
                return f"array_has_any({column}, [{', '.join(map(write, values))}])"
            case AtLeast(columns, low):
                bounds = [f"{column} >= {write(low)}" for column in columns]
                return bounds[0] if len(bounds) == 1 else f"({' or '.join(bounds)})"
            case AtMost(column, high):
                return f"{column} <= {write(high)}"
            case Is(column, value) | Equals(column, value):
                return f"{column} = {write(value)}"
            case IsUnknown(column):
                return f"{column} is null"
            case HasWord(line, word):
                sought = [f"contains({line}, {write(words)})" for words in _lines_of(word)]
                return f"({' and '.join(sought) or 'false'})"
            case HasText() | IsNear():
                return is_match(clause)
            case InPolygon():
                return _in_polygon(clause)
            case Not(inner):
                return f"({_where(inner, write, is_match)}) is not true"
            case _:
                assert_never(clause)

    return " and ".join(map(sql, clauses)) or "true"


def _one_of(column: str, values: tuple[str, ...], write: Callable[[Value], str]) -> str:
    # A name that is spelled like the missing one cannot be told from it on a page: both are one.
    has_missing = NONE_GIVEN in values or ANY_GIVEN in values
    name = f"coalesce({column}, {write(NONE_GIVEN)})" if has_missing else column
    names = [value for value in values if value != ANY_GIVEN]
    conditions = [f"{name} in ({', '.join(map(write, names))})"] if names else []
    if ANY_GIVEN in values:
        conditions.append(f"{name} <> {write(NONE_GIVEN)}")
    return conditions[0] if len(conditions) == 1 else f"({' or '.join(conditions)})"


def _in_polygon(clause: InPolygon) -> str:
    """Whether an odd number of sides lies to the left of the point, in whole numbers.

    A side lies to the left if it spans the height of the point, the lower end included, and the
    point is on it or to the right of it. The box comes first: it rules most points out.
    """
    x, y = clause.columns
    xs, ys = zip(*clause.corners, strict=True)
    box = f"{x} between {min(xs)} and {max(xs)} and {y} between {min(ys)} and {max(ys)}"
    sides = []
    for ends in zip(clause.corners, (*clause.corners[1:], clause.corners[0]), strict=True):
        (x1, y1), (x2, y2) = sorted(ends, key=lambda corner: corner[1])
        if y1 == y2:
            continue
        # (x - x1) * (y2 - y1) >= (x2 - x1) * (y - y1), with what is constant put together.
        left = (
            f"{y2 - y1} * cast({x} as bigint) + {x1 - x2} * cast({y} as bigint) "
            f">= {x1 * (y2 - y1) - (x2 - x1) * y1}"
        )
        sides.append(f"cast({y} >= {y1} and {y} < {y2} and {left} as integer)")
    return f"({box} and ({' + '.join(sides) or '0'}) % 2 = 1)"


def _lines_of(word: str) -> list[str]:
    """What a line of words has to contain: the words in sequence, and each with its signs."""
    sequence = word_sequence(Phrase(word))
    in_sequence = [" ".join(sequence.plain_words)] if sequence.words else []
    return [f" {words} " for words in (*in_sequence, *map(plain, sequence.signs))]
