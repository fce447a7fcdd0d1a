"""Options that several commands share: the store, the filters, the output format."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from queries.errors import FilterError, StoreMissingError
from queries.filters import Filters
from queries.filters.arguments import option_name
from queries.filters.filters import FIELD_NAMES, FILTER_SPECS
from queries.filters.parsing import filters_from_pairs
from queries.filters.spec import FilterSpec
from queries.filters.values import format_value
from queries.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")

WHOLE_MAX = 2**63 - 1
"""The largest whole number that a query parameter can be."""


def store_option(command: Command) -> Command:
    """Add ``--store``, the folder of a store."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: Settings.from_env().store,
        help="Folder of the store.  [default: CHATSCAPE_STORE, or ./store]",
    )(command)


def format_option(command: Command) -> Command:
    """Add ``--format``, how rows are printed."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="Output format of the rows.",
    )(command)


def reading_options(command: Command) -> Command:
    """Add ``--uncover`` and ``--unmask``; by default texts are covered and masked."""
    command = click.option(
        "--unmask",
        is_flag=True,
        help="Show e-mail addresses, numbers and keys; recorded in the audit log.",
    )(command)
    return click.option(
        "--uncover",
        is_flag=True,
        help="Show flagged messages and openings, except those flagged as sexual/minors.",
    )(command)


def parse_param(text: str) -> tuple[str, str | int | bool]:
    """A parameter from ``NAME=VALUE``; the name implies the type of the value.

    Raises:
        click.UsageError: no equals sign, or a value of the wrong type.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set takes NAME=VALUE, but {text!r} has no equals sign.")
    if name.startswith("is_"):
        if value not in ("true", "false"):
            raise click.UsageError(f"--set {name} takes true or false, not {value!r}.")
        return name, value == "true"
    if name.endswith(("_limit", "_offset")) or name.startswith("level_"):
        if not re.fullmatch("[0-9]{1,19}", value) or int(value) > WHOLE_MAX:
            raise click.UsageError(f"--set {name} takes a whole number from 0, not {value!r}.")
        return name, int(value)
    return name, value


def filter_options(command: Command) -> Command:
    """Add an option for each field of `Filters`; the command receives them as ``filters``."""

    def with_filters(**values: Any) -> Any:  # noqa: ANN401
        options = {name: values.pop(name) for name in FIELD_NAMES}
        filters = _filters_from_options(options)
        if filters.near or filters.topic or filters.subtopic:
            filters = _named_in_full(filters, values["store"])
        return command(filters=filters, **values)

    with_filters.__name__, with_filters.__doc__ = command.__name__, command.__doc__
    with_filters.__click_params__ = list(getattr(command, "__click_params__", []))  # type: ignore[attr-defined]
    for name, spec in reversed(FILTER_SPECS.items()):
        with_filters = _filter_option(name, spec)(with_filters)
    return with_filters  # type: ignore[return-value]


def _named_in_full(filters: Filters, store: Path) -> Filters:
    """The filters with the model and the topics of a store: what a command writes names them.

    Topics may be given by number alone.
    """
    from queries.store.layout import StorePath
    from queries.store.model_hash import model_hash
    from queries.store.topic_changes import readable_changes
    from queries.store.topic_names import topic_names

    path = StorePath(store)
    try:
        manifest = path.current().manifest()
    except StoreMissingError:
        return filters  # The command itself says so, if it reads the store.
    filters = filters.with_model(model_hash(manifest["steps"].get("index")))
    return topic_names(manifest, readable_changes(path)).in_plain_filters(filters)


def _filter_option(name: str, spec: FilterSpec) -> Callable[[Any], Any]:
    option = option_name(name)
    if spec.kind == "switch":
        return click.option(option, name, is_flag=True, help=spec.help)
    repeat = " Repeat for several." if spec.is_multi_valued else ""
    return click.option(
        option,
        name,
        type=_option_type(spec),
        multiple=spec.is_multi_valued,
        help=spec.help + repeat,
    )


def _option_type(spec: FilterSpec) -> click.ParamType[Any]:
    match spec.kind:
        case "flag":
            return click.BOOL
        case "number":
            return click.IntRange(min=0)
        case "choice" | "option" if spec.options:
            return click.Choice(spec.options)
        case _:
            return click.STRING


def _filters_from_options(options: dict[str, Any]) -> Filters:
    pairs: list[tuple[str, str]] = []
    for name, value in options.items():
        if value is None or (value is False and FILTER_SPECS[name].kind == "switch"):
            continue
        values = value if isinstance(value, tuple) else (value,)
        pairs += [(name, format_value(item)) for item in values]
    try:
        return filters_from_pairs(pairs)
    except FilterError as error:
        raise click.UsageError(str(error)) from error
