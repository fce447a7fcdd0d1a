"""Filters as arguments of the command line."""

from queries.filters.filters import FILTER_SPECS, Filters


def option_name(name: str) -> str:
    """The command-line option of a filter: ``--min-turns`` for ``min_turns``."""
    return f"--{name.replace('_', '-')}"


def filter_arguments(filters: Filters) -> list[str]:
    """The command-line arguments that select the same slice."""
    arguments = []
    for name, text in filters.pairs():
        arguments.append(option_name(name))
        if FILTER_SPECS[name].kind != "switch":
            arguments.append(text)
    return arguments
