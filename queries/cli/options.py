"""Options that commands share: the store, the filters, the format."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from queries.errors import FilterError
from queries.filter_values import Flagged
from queries.filters import REPEATED, Filters, filters_from_pairs
from queries.schema import CATEGORIES
from queries.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")

WHOLE_MAX = 2**63 - 1
"""The largest whole number that a query takes."""

_TYPES: dict[str, Any] = {
    "min_turns": click.IntRange(min=0),
    "max_turns": click.IntRange(min=0),
    "flagged": click.Choice(get_args(Flagged)),
    "category": click.Choice(CATEGORIES),
    "redacted": click.BOOL,
    "has_code": click.BOOL,
    "prompt_group": click.IntRange(min=0, max=WHOLE_MAX),
}


def store_option(command: Command) -> Command:
    """``--store``: the folder of a store."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: Settings.from_env().store,
        help="Folder of the store.  [default: CHATSCAPE_STORE, or ./store]",
    )(command)


def format_option(command: Command) -> Command:
    """``--format``: how rows are printed."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How rows are printed.",
    )(command)


def reading_options(command: Command) -> Command:
    """``--uncover`` and ``--unmask``: texts are covered and masked unless these are given."""
    command = click.option(
        "--unmask",
        is_flag=True,
        help="Show e-mail addresses, numbers and keys; chatscape log says who did.",
    )(command)
    return click.option(
        "--uncover",
        is_flag=True,
        help="Show flagged messages, and openings of flagged ones; not those of sexual/minors.",
    )(command)


def parsed_param(text: str) -> tuple[str, str | int | bool]:
    """A ``--set NAME=VALUE``; the kind of the value follows from the name, as in a column's."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set takes NAME=VALUE; {text!r} has no equals sign.")
    if name.startswith("is_"):
        if value not in ("true", "false"):
            raise click.UsageError(f"--set {name} takes true or false; {value!r} is neither.")
        return name, value == "true"
    if name.endswith(("_limit", "_offset")) or name.startswith("level_"):
        if not re.fullmatch("[0-9]{1,19}", value) or int(value) > WHOLE_MAX:
            raise click.UsageError(f"--set {name} takes a whole number from 0; {value!r} is none.")
        return name, int(value)
    return name, value


def filter_options(command: Command) -> Command:
    """An option for each field of `Filters`; the command gets them as ``filters``."""

    def gathered(**values: Any) -> Any:  # noqa: ANN401
        given = {known.name: values.pop(known.name) for known in fields(Filters)}
        return command(filters=_filters(given), **values)

    gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
    gathered.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    for known in reversed(fields(Filters)):
        gathered = _filter_option(known.name, known.metadata["help"])(gathered)
    return gathered  # type: ignore[return-value]


def _filter_option(name: str, help_: str) -> Callable[[Any], Any]:
    option = f"--{name.replace('_', '-')}"
    if name == "unique_prompts":
        return click.option(option, name, is_flag=True, help=help_)
    again = " Repeat for several." if name in REPEATED else ""
    return click.option(
        option, name, type=_TYPES.get(name, str), multiple=name in REPEATED, help=help_ + again
    )


def _filters(given: dict[str, Any]) -> Filters:
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if value is None or (value is False and name == "unique_prompts"):
            continue
        several = value if isinstance(value, tuple) else (value,)
        pairs += [(name, str(v).lower() if isinstance(v, bool) else str(v)) for v in several]
    try:
        return filters_from_pairs(pairs)
    except FilterError as error:
        raise click.UsageError(str(error)) from error


def filter_arguments(filters: Filters) -> list[str]:
    """The arguments that stand for some filters on a command line."""
    arguments = []
    for name, text in filters.pairs():
        arguments.append(f"--{name.replace('_', '-')}")
        if name != "unique_prompts":
            arguments.append(text)
    return arguments
