"""The few shapes that a condition on a conversation has, and the one compiler to SQL.

DuckDB and LanceDB get the same condition; only the way a value is written differs.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, assert_never

Value = str | int | float | bool | bytes

_EDGE = (
    r"[^\p{L}\p{M}\p{N}]"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
)
"""What may stand beside a word: no letter, or one of a script that has no space between words."""

_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""How the names of letters begin whose scripts put no space between words."""


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


@dataclass(frozen=True, slots=True)
class Equals:
    """The column is this number."""

    column: str
    value: int


@dataclass(frozen=True, slots=True)
class HasWord:
    """The text in the column has the word, in capitals or not, between characters of no word."""

    column: str
    word: str


@dataclass(frozen=True, slots=True)
class HasText:
    """A message of the role, or of any, is found by a words search."""

    query: str
    role: Literal["any", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Not all of the clauses are met."""

    clauses: tuple["Clause", ...]


Clause = OneOf | HasAny | AtLeast | AtMost | Is | Equals | HasWord | HasText | Outside

FoundBits = Callable[[HasText], bytes]
"""Which conversations a words search finds: a bit for each rank of an id, the first one highest."""


Regexp = Literal["regexp_matches", "regexp_like"]
"""What the two engines call the function that looks for a regular expression in a text."""


def duckdb_where(
    clauses: Iterable[Clause], found: FoundBits | None = None
) -> tuple[str, dict[str, Value]]:
    """A condition with placeholders, and the values bound to them; ``true`` without clauses.

    Args:
        clauses: all of which are met.
        found: asks the search index; not needed where no clause is a words search.
    """
    params: dict[str, Value] = {}

    def bind(value: Value) -> str:
        name = f"filter_{len(params)}"
        params[name] = value
        return f"${name}"

    def has_text(clause: HasText) -> str:
        if found is None:
            raise TypeError("a words search needs a search index")
        # DuckDB casts a bound value once, and reads a bit of it in three nanoseconds.
        return f"get_bit(cast({bind(found(clause))} as bit), id_rank) = 1"

    return _where(clauses, bind, "regexp_matches", has_text), params


def literal_where(clauses: Iterable[Clause]) -> str:
    """The same condition for DuckDB with literals: for people."""
    return _where(clauses, quote, "regexp_matches", _named)


def lance_where(clauses: Iterable[Clause]) -> str:
    """The same condition for LanceDB, which takes no parameters."""
    return _where(clauses, quote, "regexp_like", _named)


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


def _named(clause: HasText) -> str:
    """The conversations that the full-text index finds, as a relation to be put there."""
    return f"id_rank in (from found_by_text)  /* {_comment(clause)} */"


def _comment(clause: HasText) -> str:
    said = clause.query.replace("*/", "* /").replace("/*", "/ *")
    return f"search by words in {clause.role} messages: {said}"


def _where(
    clauses: Iterable[Clause],
    write: Callable[[Value], str],
    regexp: Regexp,
    has_text: Callable[[HasText], str],
) -> str:
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
            case Is(column, value) | Equals(column, value):
                return f"{column} = {write(value)}"
            case HasWord(column, word):
                # The plain word first: DuckDB finds it four times as fast as its surroundings.
                found = [f"{regexp}({column}, {write(p)})" for p in _word_patterns(word)]
                return f"({' and '.join(found)})"
            case HasText():
                return has_text(clause)
            case Outside(inner):
                return f"({_where(inner, write, regexp, has_text)}) is not true"
            case _:
                assert_never(clause)

    return " and ".join(map(sql, clauses)) or "true"


def _word_patterns(word: str) -> tuple[str, str]:
    """Regular expressions for both engines: the word anywhere, and where no letter touches it."""
    spaced = [
        not unicodedata.name(letter, "").startswith(_WITHOUT_SPACES)
        for letter in (word[:1], word[-1:])
    ]
    before = f"(^|{_EDGE})" if spaced[0] else ""
    after = f"({_EDGE}|$)" if spaced[1] else ""
    plain = "".join(map(_either_case, word))
    return plain, f"{before}{plain}{after}"


def _either_case(letter: str) -> str:
    """A letter, small or capital; RE2's own (?i) also looks for rarer twins, four times as long."""
    if letter == "'":
        return "['\u2019]"
    cases = sorted({case for case in (letter, letter.lower(), letter.upper()) if len(case) == 1})
    return f"[{''.join(cases)}]" if len(cases) > 1 else re.escape(letter)
