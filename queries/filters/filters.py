"""What a slice is.

A field of `Filters` is also a widget key, a URL parameter, a command-line option and a manifest
key; its declaration (`queries/filters/fields.py`) says what each of them needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from queries.filters.clauses import AtLeast, Clause, HasText, HasWord, Is, IsNear, IsUnknown, Not
from queries.filters.fields import at_least, at_most, choice, declare, equals, flag, spec_of
from queries.filters.min_score import MinScore, parse_min_score
from queries.filters.near import parse_near
from queries.filters.region import parse_region, region_clause
from queries.filters.spec import FilterSpec
from queries.filters.values import (
    ANY_GIVEN,
    NONE_GIVEN,
    format_value,
    parse_boolean,
    parse_option,
    parse_search,
    parse_word,
)
from queries.schema import CATEGORIES, ROLES, Role

Flagged = Literal["any", "none", "unknown", "user", "assistant"]
"""`any`, `none` and `unknown` partition every slice; `user` and `assistant` are parts of `any`."""

_MISSING_NAMES = f'"{NONE_GIVEN}" keeps those without one, "{ANY_GIVEN}" leaves them out.'

_TURNS = ("turn", "turns")

_OPENING_WORDS = "opening_words"

_FLAGGED: dict[Flagged, Is | IsUnknown] = {
    "any": Is("is_flagged", True),
    "none": Is("is_flagged", False),
    "unknown": IsUnknown("is_flagged"),
    "user": Is("is_user_flagged", True),
    "assistant": Is("is_assistant_flagged", True),
}

_FLAGGED_PHRASES: dict[Flagged, str] = {
    "any": "flagged",
    "none": "no message flagged",
    "unknown": "not known whether flagged",
    "user": "a user message flagged",
    "assistant": "an assistant message flagged",
}

_MESSAGE = {None: "a message", "user": "a user message", "assistant": "an assistant message"}

_FLAGGED_SPEC = FilterSpec(
    kind="option",
    label="Flagged",
    help="Keep conversations with a flagged message (any), of this role (user, assistant); with a "
    "verdict on every message and none flagged (none); or with too few verdicts to tell (unknown).",
    parse=lambda name, text: parse_option(name, text, get_args(Flagged)),
    clauses=lambda value, _: (_FLAGGED[value],),
    phrase=lambda value, _: _FLAGGED_PHRASES[value],
    options=get_args(Flagged),
    option_labels={"any": "any message"},
    facet_columns={option: f"{option}_flagged_count" for option in get_args(Flagged)},
    placement="main",
)

_MIN_SCORE = FilterSpec(
    kind="score",
    label="Scores at least",
    help="At least one message reaches this score: violence=0.5, or user:violence=0.5.",
    parse=lambda _, text: parse_min_score(text),
    clauses=lambda floors, _: [AtLeast(floor.columns, floor.score) for floor in floors],
    phrase=lambda floor, _: floor.phrase,
)

_TEXT = FilterSpec(
    kind="text",
    label="Words in a message",
    help="A message matches this full-text query; needs a search index.",
    parse=parse_search,
    clauses=lambda query, filters: (HasText(query, filters.text_role or "any"),),
    phrase=lambda query, filters: f"{_MESSAGE[filters.text_role]} with ‘{query}’",
)

_TEXT_ROLE = FilterSpec(
    kind="option",
    label="In a message of",
    help="The role of the message that --text matches.",
    parse=lambda name, text: parse_option(name, text, ROLES),
    clauses=lambda *_: (),
    phrase=None,
    options=ROLES,
    refines="text",
)

_NEAR = FilterSpec(
    kind="text",
    label="Near in meaning",
    help="A user message is near to a text in meaning: 0.5:TEXT for a similarity of at least 0.5, "
    "top20:TEXT for the 20 nearest conversations of the store, 0.5~:ID for those near to a "
    "conversation. Needs an index with vectors.",
    parse=lambda _, text: str(parse_near(text)),
    clauses=lambda text, _: (_is_near(text),),
    phrase=lambda text, _: parse_near(text).phrase,
)

_WORD = FilterSpec(
    kind="text",
    label="A word of the first prompt",
    help="The first 300 characters of the first prompt contain this word.",
    parse=parse_word,
    clauses=lambda word, _: (HasWord(_OPENING_WORDS, word),),
    phrase=lambda word, _: f"first prompt has “{word}”",
)

_REGION = FilterSpec(
    kind="text",
    label="A region of the map",
    help="The first prompt lies in this region of the map, which links from the page Map carry: "
    "the projection and three corners or more, e.g. 1a2b3c4d_100-100_900-100_500-800.",
    parse=parse_region,
    clauses=lambda region, _: (region_clause(region),),
    phrase=lambda *_: "in a region of the map",
)

_UNIQUE_PROMPTS = FilterSpec(
    kind="switch",
    label="One for each first prompt",
    help="One conversation per first prompt: the one with the smallest id.",
    parse=parse_boolean,
    clauses=lambda *_: (Is("is_first_of_prompt", True),),
    phrase=lambda *_: "one for each first prompt",
    facet_columns={True: "unique_prompt_count"},
)


def _is_near(text: str) -> IsNear:
    near = parse_near(text)
    return IsNear(near.text, near.least, near.top, near.model, near.turn)


@dataclass(frozen=True, slots=True)
class Filters:
    """The conversations to keep; ``Filters()`` keeps all.

    An empty field is no constraint. Bounds are inclusive. A null passes no clause on its column but
    `NONE_GIVEN`. Filters that mean the same are equal: values are sorted, without duplicates.
    """

    model: tuple[str, ...] = choice(
        column="model",
        label="Model",
        help=f"Keep only this model. {_MISSING_NAMES}",
        facet="model_mix",
    )
    language: tuple[str, ...] = choice(
        column="language",
        label="Language",
        help=f"Keep only this language. {_MISSING_NAMES}",
        facet="language_mix",
    )
    topic: tuple[str, ...] = choice(
        column="topic",
        label="Topic",
        help=f"The first prompt has this topic, by number or whole name. {_MISSING_NAMES}",
        facet="topic_mix",
    )
    subtopic: tuple[str, ...] = choice(
        column="subtopic",
        label="Subtopic",
        help=f"The first prompt has this subtopic, by number or whole name. {_MISSING_NAMES}",
        facet="subtopic_mix",
        placement="more",
    )
    min_turns: int | None = at_least(
        column="turn_count", label="Turns, at least", help="At least this many turns.", units=_TURNS
    )
    max_turns: int | None = at_most(
        column="turn_count", label="Turns, at most", help="At most this many turns.", units=_TURNS
    )
    flagged: Flagged | None = declare(_FLAGGED_SPEC)
    category: tuple[str, ...] = choice(
        column="flagged_categories",
        label="Flagged as",
        help="A message is flagged in this category.",
        options=CATEGORIES,
        phrase="flagged as {value}",
        facet="category_counts",
    )
    min_score: tuple[MinScore, ...] = declare(_MIN_SCORE, default=())
    redacted: bool | None = flag(
        column="is_redacted",
        label="Names redacted",
        help="Whether names of people were redacted.",
        phrase=("redacted", "not redacted"),
        facet=("redacted_count", "not_redacted_count"),
    )
    has_code: bool | None = flag(
        column="has_code",
        label="Has a code block",
        help="Whether a message has a fenced code block.",
        phrase=("with code", "without code"),
        facet=("with_code_count", "without_code_count"),
    )
    text: str | None = declare(_TEXT)
    text_role: Role | None = declare(_TEXT_ROLE)
    near: str | None = declare(_NEAR)
    word: str | None = declare(_WORD)
    prompt_group: int | None = equals(
        column="prompt_group",
        label="Prompt group",
        help="The first prompt is in this prompt group, a number that queries return.",
        phrase="one repeated first prompt",
    )
    region: str | None = declare(_REGION)
    unique_prompts: bool = declare(_UNIQUE_PROMPTS, default=False)

    def __post_init__(self) -> None:
        """Bring equal slices to one form: values sorted, nothing that has no effect."""
        for name in MULTI_VALUED:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        for name, spec in FILTER_SPECS.items():
            if spec.refines is not None and getattr(self, spec.refines) is None:
                object.__setattr__(self, name, None)

    def with_model(self, model: str | None) -> "Filters":
        """The same slice, with the model of the filter `near` written out where it is not."""
        if self.near is None:
            return self
        return replace(self, near=str(parse_near(self.near).with_model(model)))

    def constrained(self) -> Iterator[tuple[str, FilterSpec, Any]]:
        """Name, declaration and value of each filter that is in force."""
        for known in fields(self):
            value = getattr(self, known.name)
            if value != known.default:
                yield known.name, FILTER_SPECS[known.name], value

    def clauses(self) -> Iterator[Clause]:
        """The conditions, all of which a kept conversation meets."""
        for _, spec, value in self.constrained():
            yield from spec.clauses(value, self)

    def values(self) -> dict[str, Any]:
        """The filters in force as plain values in canonical order, for a manifest."""
        return {
            name: list(map(str, value)) if spec.is_multi_valued else value
            for name, spec, value in self.constrained()
        }

    def pairs(self) -> list[tuple[str, str]]:
        """The filters in force as names and texts for a URL; a name repeats for each value."""
        return [
            (name, format_value(value))
            for name, values in self.values().items()
            for value in (values if isinstance(values, list) else [values])
        ]


@dataclass(frozen=True, slots=True)
class Complement:
    """Every conversation of the store that the filters do not keep."""

    filters: Filters

    def clauses(self) -> Iterator[Clause]:
        """The single condition that not all conditions of the filters are met."""
        yield Not(tuple(self.filters.clauses()))


@dataclass(frozen=True, slots=True)
class Intersection:
    """Every conversation that is in both slices."""

    first: "Slice"
    second: "Slice"

    def clauses(self) -> Iterator[Clause]:
        """The conditions of both slices."""
        yield from self.first.clauses()
        yield from self.second.clauses()


Slice = Filters | Complement | Intersection
"""What a breakdown is computed over."""

FILTER_SPECS = {known.name: spec_of(known.metadata) for known in fields(Filters)}
"""The declaration of each filter, by name."""

FIELD_NAMES = tuple(FILTER_SPECS)
MULTI_VALUED = tuple(name for name, spec in FILTER_SPECS.items() if spec.is_multi_valued)
"""The filters that hold several values."""

OPEN_CHOICES = tuple(name for name, spec in FILTER_SPECS.items() if spec.has_open_options)
"""The filters whose values only the store knows."""
