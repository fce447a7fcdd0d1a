"""The kinds of condition that a filter puts on a conversation, independent of any SQL dialect."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Value = str | int | float | bool | bytes


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column has one of the values, among which may be `NONE_GIVEN` and `ANY_GIVEN`."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAny:
    """The list in the column contains at least one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least one of the columns is greater than or equal to the bound."""

    columns: tuple[str, ...]
    low: int | float


@dataclass(frozen=True, slots=True)
class AtMost:
    """The column is less than or equal to the bound."""

    column: str
    high: int


@dataclass(frozen=True, slots=True)
class Is:
    """The boolean column has this value."""

    column: str
    value: bool


@dataclass(frozen=True, slots=True)
class IsUnknown:
    """The column is null."""

    column: str


@dataclass(frozen=True, slots=True)
class Equals:
    """The column equals this number."""

    column: str
    value: int


@dataclass(frozen=True, slots=True)
class HasWord:
    """A line of words contains a word, or several in sequence, whatever their accents.

    Attributes:
        line: a column with words without accents, each between spaces.
        word: the word.
    """

    line: str
    word: str


@dataclass(frozen=True, slots=True)
class HasText:
    """A message of the role, or of any role, matches a full-text query."""

    query: str
    role: Literal["any", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class IsNear:
    """A user message is near in meaning to a text, or to a conversation.

    Attributes:
        text: the text, or the id of a conversation.
        least: the least similarity of the nearest message, from 0 to 1.
        top: so many conversations, the nearest ones; one of the two is None.
        model: the short hash of the model; None for that of the index.
        turn: the turn of the conversation; 0 for all of it, None where there is a text.
    """

    text: str
    least: float | None
    top: int | None
    model: str | None
    turn: int | None


@dataclass(frozen=True, slots=True)
class InPolygon:
    """A point with whole coordinates lies in a polygon by the even-odd rule.

    Attributes:
        columns: the columns with its coordinates, which are null where there is no point.
        corners: of the polygon, in order.
        projection: the map that the coordinates belong to.
    """

    columns: tuple[str, str]
    corners: tuple[tuple[int, int], ...]
    projection: str


@dataclass(frozen=True, slots=True)
class Not:
    """At least one of the clauses is not met."""

    clauses: tuple["Clause", ...]


Clause = (
    OneOf
    | HasAny
    | AtLeast
    | AtMost
    | Is
    | IsUnknown
    | Equals
    | HasWord
    | HasText
    | IsNear
    | InPolygon
    | Not
)

IndexClause = HasText | IsNear
"""What the search index answers."""


def flat_clauses(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """The clauses, with those inside a `Not` in place of it."""
    for clause in clauses:
        if isinstance(clause, Not):
            yield from flat_clauses(clause.clauses)
        else:
            yield clause
