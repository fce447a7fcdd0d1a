"""What a slice is.

A field of `Filters` is also a widget key, a URL parameter, a CLI option and a manifest key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from queries.clauses import (
    AtLeast,
    AtMost,
    Clause,
    Equals,
    HasAny,
    HasText,
    HasWord,
    Is,
    OneOf,
    Outside,
)
from queries.errors import FilterError
from queries.filter_values import Flagged, MinScore, parsed_value
from queries.schema import Role

_FLAGGED: dict[Flagged, Is] = {
    "any": Is("is_flagged", True),
    "none": Is("is_flagged", False),
    "user": Is("is_user_flagged", True),
    "assistant": Is("is_assistant_flagged", True),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """The conversations to keep; ``Filters()`` keeps all.

    An empty field is no constraint. Bounds are inclusive. A null never passes a clause on its
    column. Filters that say the same are equal: values are sorted and stand once.
    """

    model: tuple[str, ...] = field(default=(), metadata={"help": "Keep only this model."})
    language: tuple[str, ...] = field(default=(), metadata={"help": "Keep only this language."})
    min_turns: int | None = field(default=None, metadata={"help": "At least so many turns."})
    max_turns: int | None = field(default=None, metadata={"help": "At most so many turns."})
    flagged: Flagged | None = field(
        default=None,
        metadata={"help": "Any message is flagged, none is, or one of this role is."},
    )
    category: tuple[str, ...] = field(
        default=(), metadata={"help": "Any message is flagged in one of these categories."}
    )
    min_score: tuple[MinScore, ...] = field(
        default=(),
        metadata={
            "help": "A score a user or assistant message reaches: violence=0.5, user:violence=0.5."
        },
    )
    redacted: bool | None = field(default=None, metadata={"help": "Person names were redacted."})
    has_code: bool | None = field(default=None, metadata={"help": "Has a fenced code block."})
    text: str | None = field(
        default=None,
        metadata={"help": "A message is found by this words search; needs a search index."},
    )
    text_role: Role | None = field(
        default=None, metadata={"help": "The message that `text` finds is one of this role."}
    )
    word: str | None = field(
        default=None,
        metadata={"help": "The first 300 characters of the first prompt have this word."},
    )
    prompt_group: int | None = field(
        default=None, metadata={"help": "The first prompt is that of this group of repeats."}
    )
    unique_prompts: bool = field(
        default=False,
        metadata={"help": "One conversation, the one with the smallest id, for a first prompt."},
    )

    def __post_init__(self) -> None:
        """Sort the values, so that one slice has one form."""
        for name in ("model", "language", "category", "min_score"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if self.text is None:
            object.__setattr__(self, "text_role", None)

    def clauses(self) -> Iterator[Clause]:
        """The conditions, all of which a kept conversation meets."""
        if self.model:
            yield OneOf("model", self.model)
        if self.language:
            yield OneOf("language", self.language)
        if self.min_turns is not None:
            yield AtLeast(("turn_count",), self.min_turns)
        if self.max_turns is not None:
            yield AtMost("turn_count", self.max_turns)
        if self.flagged is not None:
            yield _FLAGGED[self.flagged]
        if self.category:
            yield HasAny("flagged_categories", self.category)
        for floor in self.min_score:
            yield AtLeast(floor.columns, floor.score)
        if self.redacted is not None:
            yield Is("is_redacted", self.redacted)
        if self.has_code is not None:
            yield Is("has_code", self.has_code)
        if self.text is not None:
            yield HasText(self.text, self.text_role or "any")
        if self.word is not None:
            yield HasWord("opening", self.word)
        if self.prompt_group is not None:
            yield Equals("prompt_group", self.prompt_group)
        if self.unique_prompts:
            yield Is("is_first_of_prompt", True)

    def values(self) -> dict[str, Any]:
        """What is constrained, as plain values in canonical order: for a manifest."""
        said: dict[str, Any] = {}
        for name, value in self._constrained():
            if name == "min_score":
                said[name] = [str(floor) for floor in value]
            else:
                said[name] = list(value) if isinstance(value, tuple) else value
        return said

    def pairs(self) -> list[tuple[str, str]]:
        """What is constrained, as name and text, a repeated name for several values: for a URL."""
        return [
            (name, _text(one))
            for name, value in self.values().items()
            for one in (value if isinstance(value, list) else [value])
        ]

    def _constrained(self) -> Iterator[tuple[str, Any]]:
        for known in fields(self):
            value = getattr(self, known.name)
            if value != known.default:
                yield known.name, value


@dataclass(frozen=True, slots=True)
class Rest:
    """Every conversation of the store that some filters do not keep."""

    filters: Filters

    def clauses(self) -> Iterator[Clause]:
        """The one condition: not all of the filters' conditions are met."""
        yield Outside(tuple(self.filters.clauses()))


@dataclass(frozen=True, slots=True)
class Both:
    """Every conversation that is in each of two slices."""

    first: "Slice"
    second: "Slice"

    def clauses(self) -> Iterator[Clause]:
        """The conditions of both."""
        yield from self.first.clauses()
        yield from self.second.clauses()


Slice = Filters | Rest | Both
"""What a breakdown is asked about."""

FIELD_NAMES = tuple(known.name for known in fields(Filters))
REPEATED = ("model", "language", "category", "min_score")
"""The fields that hold several values."""


def filters_from(values: Mapping[str, Any]) -> Filters:
    """Filters from the plain values of a manifest.

    Raises:
        FilterError: an unknown name, or a value that its field cannot have.
    """
    return filters_from_pairs(
        (name, _text(one))
        for name, value in values.items()
        for one in (value if isinstance(value, list | tuple) else [value])
    )


def filters_from_pairs(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Filters from names and texts, as a URL or a command line has them.

    Raises:
        FilterError: an unknown name, or a value that its field cannot have.
    """
    found: dict[str, Any] = {}
    for name, text in pairs:
        value = parsed(name, text)
        if name in REPEATED:
            found[name] = (*found.get(name, ()), value)
        elif name in found and found[name] != value:
            raise FilterError(f"The filter {name} is given twice; give it once.")
        else:
            found[name] = value
    return Filters(**found)


def parsed(name: str, text: str) -> Any:  # noqa: ANN401
    """One value of a field from its text.

    Raises:
        FilterError: the field does not exist or cannot have this value; says what it can have.
    """
    if name not in FIELD_NAMES:
        raise FilterError(f"There is no filter {name!r}. The filters are {', '.join(FIELD_NAMES)}.")
    return parsed_value(name, text)


def _text(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)
