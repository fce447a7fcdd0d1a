"""Dataclass fields that declare a filter: `choice`, `flag`, `at_least`, `at_most` and others."""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

from queries.filters.clauses import AtLeast, AtMost, Clause, Equals, HasAny, Is, OneOf
from queries.filters.spec import FilterSpec, Placement
from queries.filters.values import (
    ANY_GIVEN,
    BIGINT_MAX,
    NONE_GIVEN,
    NUMBER_MAX,
    parse_boolean,
    parse_number,
    parse_option,
    value_name,
)
from queries.schema import CONVERSATIONS

_SPEC = "filter"
_TYPES = {column.name: column.type for column in CONVERSATIONS}
_YES_NO = {True: "yes", False: "no"}


def declare(spec: FilterSpec, default: Any = None) -> Any:  # noqa: ANN401
    """A dataclass field for a filter with rules of its own."""
    return field(default=default, metadata={_SPEC: spec})


def spec_of(metadata: Mapping[str, Any]) -> FilterSpec:
    """The declaration in the metadata of a dataclass field."""
    spec: FilterSpec = metadata[_SPEC]
    return spec


def choice(
    *,
    column: str,
    label: str,
    help: str,
    options: tuple[str, ...] = (),
    phrase: str = "{value}",
    facet: str | None = None,
    placement: Placement = "main",
) -> Any:  # noqa: ANN401
    """A filter that keeps one or more values of a text column, or of a list of texts.

    Without `options`, the values `NONE_GIVEN` and `ANY_GIVEN` keep or leave out what has none.

    Args:
        column: a column of `conversations`.
        label: the label of the widget.
        help: a sentence for the command line.
        options: all values, if they are known; else `facet` has to be given.
        phrase: the words of a chip, with ``{value}``.
        facet: the query of `queries/sql` that counts the values.
        placement: where the sidebar draws it.
    """
    condition = HasAny if _TYPES[column].endswith("[]") else OneOf
    if not options and facet is None:
        raise TypeError(f"the choice {label!r} needs options or a facet")
    spec = FilterSpec(
        kind="choice",
        label=label,
        help=help,
        parse=partial(_parse_choice, options),
        clauses=lambda values, _: (condition(column, values),),
        phrase=lambda value, _: _choice_phrase(value, label, phrase, is_open=not options),
        options=options,
        facet_query=facet,
        placement=placement,
        column=column,
    )
    return declare(spec, default=())


def flag(
    *,
    column: str,
    label: str,
    help: str,
    phrase: tuple[str, str],
    facet: tuple[str, str] | None = None,
    placement: Placement = "more",
) -> Any:  # noqa: ANN401
    """A yes-or-no filter on a boolean column.

    Args:
        column: a column of `conversations`.
        label: the label of the widget.
        help: a sentence for the command line.
        phrase: the words of a chip for true and for false.
        facet: columns of ``sql/filter_counts.sql`` for true and false; without them each is
            counted by a query of its own.
        placement: where the sidebar draws it.
    """
    if _TYPES[column] != "boolean":
        raise TypeError(f"the column {column} is not a boolean")
    spec = FilterSpec(
        kind="flag",
        label=label,
        help=help,
        parse=parse_boolean,
        clauses=lambda value, _: (Is(column, value),),
        phrase=lambda value, _: phrase[0] if value else phrase[1],
        options=(True, False),
        option_labels=_YES_NO,
        facet_columns={} if facet is None else {True: facet[0], False: facet[1]},
        placement=placement,
        column=column,
    )
    return declare(spec)


def at_least(
    *,
    column: str,
    label: str,
    help: str,
    units: tuple[str, str],
    placement: Placement = "main",
) -> Any:  # noqa: ANN401
    """A filter with an inclusive lower bound for a column of whole numbers.

    Args:
        column: a column of `conversations`.
        label: the label of the widget.
        help: a sentence for the command line.
        units: what is counted, in the singular and the plural.
        placement: where the sidebar draws it.
    """
    clause = partial(AtLeast, (column,))
    return _bound(column, label, help, ("at least", *units), clause, placement)


def at_most(
    *,
    column: str,
    label: str,
    help: str,
    units: tuple[str, str],
    placement: Placement = "main",
) -> Any:  # noqa: ANN401
    """A filter with an inclusive upper bound; the arguments are those of `at_least`."""
    return _bound(column, label, help, ("at most", *units), partial(AtMost, column), placement)


def equals(*, column: str, label: str, help: str, phrase: str) -> Any:  # noqa: ANN401
    """A filter on a number that links carry and nobody types: it has a chip but no widget."""
    spec = FilterSpec(
        kind="number",
        label=label,
        help=help,
        parse=partial(parse_number, maximum=BIGINT_MAX),
        clauses=lambda value, _: (Equals(column, value),),
        phrase=lambda *_: phrase,
    )
    return declare(spec)


def _bound(
    column: str,
    label: str,
    help_: str,
    words: tuple[str, str, str],
    clause: Callable[[int], Clause],
    placement: Placement,
) -> Any:  # noqa: ANN401
    bound, unit, units = words
    if _TYPES[column] not in ("integer", "bigint"):
        raise TypeError(f"the column {column} does not hold whole numbers")
    spec = FilterSpec(
        kind="number",
        label=label,
        help=help_,
        parse=partial(parse_number, maximum=NUMBER_MAX),
        clauses=lambda value, _: (clause(value),),
        phrase=lambda value, _: f"{bound} {value:,} {unit if value == 1 else units}",
        placement=placement,
    )
    return declare(spec)


def _choice_phrase(value: str, label: str, phrase: str, *, is_open: bool) -> str:
    if is_open and value in (NONE_GIVEN, ANY_GIVEN):
        return f"{'no ' if value == NONE_GIVEN else ''}{label.lower()} given"
    return phrase.format(value=value_name(value))


def _parse_choice(options: tuple[str, ...], name: str, text: str) -> str:
    return parse_option(name, text, options) if options else text
