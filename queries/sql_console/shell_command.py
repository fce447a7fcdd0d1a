"""A SQL statement as a `chatscape sql` command."""

import shlex
from pathlib import Path

from queries.filters.arguments import filter_arguments
from queries.sql_console.console import SqlRequest


def sql_command(request: SqlRequest, store: Path) -> str:
    """The shell command that runs a statement.

    Args:
        request: the statement and its slice.
        store: the folder of the store.
    """
    options = ["--uncover"] if request.is_uncovered else []
    options += ["--unmask"] if request.is_unmasked else []
    # A leading SQL comment would be parsed as an option.
    options += ["--"] if request.sql.startswith("-") else []
    scope = ["--store", str(store), *filter_arguments(request.filters)]
    return shlex.join(["chatscape", "sql", *scope, *options, request.sql])
