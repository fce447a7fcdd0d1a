"""Every breakdown by name: what the command line and the dashboard can query.

A function becomes a query with the decorator `breakdown`; a file of `queries/sql` that no function
is named after is a query as it is.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeVar

import pandas as pd

from queries.conversations.listing import check_sort
from queries.errors import UsageError
from queries.filters import Filters, Slice
from queries.filters.clauses import Value
from queries.schema import GroupColumn
from queries.store.sql_files import (
    check_group,
    copyable_statement,
    is_grouped,
    query_names,
    query_text,
)
from queries.store.store import Store

Function = TypeVar("Function", bound=Callable[..., pd.DataFrame])


@dataclass(frozen=True, slots=True)
class RegisteredBreakdown:
    """A breakdown that can be run by name.

    Attributes:
        function: takes a store, filters and parameters of its own; gives a frame.
        sql_files: the files of `queries/sql` that it runs, in the order in which they are listed.
        grain: what one row is; None if the SQL file of the same name says so.
        by: what it groups the slice by; None if it does not group, or if a parameter says so.
    """

    function: Callable[..., pd.DataFrame]
    sql_files: tuple[str, ...]
    grain: str | None
    by: GroupColumn | None


_registered: dict[str, RegisteredBreakdown] = {}


def breakdown(
    *sql_files: str, grain: str | None = None, by: GroupColumn | None = None
) -> Callable[[Function], Function]:
    """Register a function of this package as the query of its name.

    Args:
        *sql_files: the files of `queries/sql` that it runs.
        grain: what one row is; not needed if one of the files has the name of the function.
        by: what it groups the slice by, if it always groups by the same column.
    """

    def register(function: Function) -> Function:
        _registered[function.__name__] = RegisteredBreakdown(function, sql_files, grain, by)
        return function

    return register


@cache
def breakdowns() -> Mapping[str, RegisteredBreakdown]:
    """All registered breakdowns, by name. Imports every module of this package."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"queries.breakdowns.{module.name}")
    return dict(_registered)


def breakdown_names() -> list[str]:
    """Everything that can be queried, in alphabetical order: functions, and other SQL files."""
    return sorted({*breakdowns(), *query_names()})


def sql_files(name: str) -> tuple[str, ...]:
    """The SQL files behind a query."""
    return breakdowns()[name].sql_files if name in breakdowns() else (name,)


def statements(name: str, filters: Slice, *, by: str | None = None) -> list[str]:
    """The SQL behind a query over a slice, ready to be run elsewhere.

    Raises:
        UsageError: there is no such query, or it needs a grouping that was not given.
    """
    _check_name(name)
    group = (breakdowns()[name].by if name in breakdowns() else None) or by
    return [
        copyable_statement(file, filters, _group(file, group) if is_grouped(file) else None)
        for file in sql_files(name)
    ]


def grain(name: str) -> str:
    """What one row of a query is: as it was registered, or the first line of its SQL file."""
    registered = breakdowns()[name].grain if name in breakdowns() else None
    return registered or query_text(name).splitlines()[0].removeprefix("-- ")


def run_breakdown(
    store: Store, name: str, filters: Filters, params: Mapping[str, Value]
) -> pd.DataFrame:
    """The rows of a query, as the dashboard shows them: with shares and intervals.

    Raises:
        UsageError: there is no such query, or the parameters or the sort order do not fit it.
    """
    _check_name(name)
    if name in breakdowns():
        _check_parameters(name, params)
        return breakdowns()[name].function(store, filters, **params)
    if "sort" in params:
        check_sort(params["sort"])
    if not is_grouped(name):
        return store.run(name, filters, params=params)
    sql_params = {key: value for key, value in params.items() if key != "by"}
    return store.run(name, filters, params=sql_params, by=_group(name, params.get("by")))


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """The parameters that a registered breakdown takes besides a store and filters."""
    signature = inspect.signature(breakdowns()[name].function).parameters
    return {key: value for key, value in signature.items() if key not in ("store", "filters")}


def _check_name(name: str) -> None:
    if name not in breakdown_names():
        names = ", ".join(breakdown_names())
        raise UsageError(f"There is no query {name!r}. The queries are {names}.")


def _group(name: str, by: object) -> GroupColumn:
    check_group(name, None if by is None else str(by))
    return "model" if by == "model" else "language"


def _check_parameters(name: str, params: Mapping[str, Value]) -> None:
    known = parameters(name)
    missing = [key for key, p in known.items() if p.default is p.empty and key not in params]
    if missing or not known.keys() >= params.keys():
        takes = f"the parameters {', '.join(known)}" if known else "no parameters"
        raise UsageError(f"The query {name} takes {takes}; got {', '.join(params) or 'none'}.")
