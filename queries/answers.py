"""Every breakdown by its name: what the command line and the dashboard can ask of a slice."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache

import pandas as pd

from queries import comparison, groups, lengths, moderation, telling_words
from queries.breakdowns import BREAKDOWNS
from queries.clauses import Value
from queries.conversations import check_sort
from queries.errors import UsageError
from queries.filters import Filters, Slice
from queries.schema import GroupColumn
from queries.statements import (
    check_group,
    is_grouped,
    query_names,
    query_text,
    readable_statement,
)
from queries.store import Store

ANSWERS: dict[str, Callable[..., pd.DataFrame]] = {
    **BREAKDOWNS,
    **{
        function.__name__: function
        for function in (
            groups.models,
            groups.languages,
            groups.model_languages,
            groups.standard_rates,
            moderation.role_categories,
            moderation.attempts,
            moderation.category_pairs,
            moderation.turn_flags,
            moderation.score_levels,
            moderation.threshold_verdicts,
            lengths.length_classes,
            lengths.turn_lengths,
            lengths.prompt_repeats,
            lengths.repeated_prompts,
            comparison.comparison,
            comparison.shifts,
            comparison.overlap,
            telling_words.telling_words,
        )
    },
}
"""Functions of a store, filters and parameters of their own, by name."""


_GROUPED = {"models": "model", "languages": "language", "attempts": "model"}


def answer_names() -> list[str]:
    """What can be asked, in alphabetical order: functions, and queries that have none."""
    return sorted({*ANSWERS, *query_names()})


@cache
def sources(name: str) -> tuple[str, ...]:
    """The files of SQL behind a name, as its docstring names them; the file of that name first."""
    doc = (ANSWERS[name].__doc__ or "") if name in ANSWERS else ""
    named = re.findall(r"``(?:sql/)?([a-z_]+)(?:\.sql)?``", doc)
    first = [name] if name in query_names() else []
    return tuple(dict.fromkeys([*first, *(n for n in named if n in query_names())]))


def statements(name: str, filters: Slice, *, by: str | None = None) -> list[str]:
    """The SQL behind a name, over a slice, ready to be run elsewhere.

    Raises:
        UsageError: there is no such query, or it needs to know by what it divides the slice.
    """
    _check_name(name)
    group = _GROUPED.get(name, by)
    return [
        readable_statement(file, filters, _group(file, group) if is_grouped(file) else None)
        for file in sources(name)
    ]


def grain(name: str) -> str:
    """What one row of an answer is."""
    if name in query_names():
        return query_text(name).splitlines()[0].removeprefix("-- ")
    return (ANSWERS[name].__doc__ or "").splitlines()[0]


def answer(store: Store, name: str, filters: Filters, params: Mapping[str, Value]) -> pd.DataFrame:
    """What a query says of the slice, as the dashboard shows it: intervals included.

    Raises:
        UsageError: there is no such query, its parameters are others, or it cannot sort so.
    """
    _check_name(name)
    if name in ANSWERS:
        return ANSWERS[name](store, filters, **_checked(name, params))
    if "sort" in params:
        check_sort(params["sort"])
    if not is_grouped(name):
        return store.run(name, filters, params=params)
    others = {key: value for key, value in params.items() if key != "by"}
    return store.run(name, filters, params=others, by=_group(name, params.get("by")))


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """The parameters that a function of `ANSWERS` takes besides a store and filters."""
    known = inspect.signature(ANSWERS[name]).parameters
    return {key: one for key, one in known.items() if key not in ("store", "filters")}


def _check_name(name: str) -> None:
    if name not in answer_names():
        raise UsageError(
            f"There is no query {name!r}. The queries are {', '.join(answer_names())}."
        )


def _group(name: str, by: object) -> GroupColumn:
    check_group(name, None if by is None else str(by))
    return "model" if by == "model" else "language"


def _checked(name: str, params: Mapping[str, Value]) -> Mapping[str, Value]:
    known = parameters(name)
    missing = [key for key, one in known.items() if one.default is one.empty and key not in params]
    if missing or not known.keys() >= params.keys():
        takes = f"the parameters {', '.join(known)}" if known else "no parameters"
        given = ", ".join(params) or "none"
        raise UsageError(f"The query {name} takes {takes}; given were {given}.")
    return params
