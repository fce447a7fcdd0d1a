"""Facets: for each option of each filter, the conversations it keeps beside all other filters."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from queries.breakdowns.overview import OVERVIEW_BREAKDOWNS, Breakdown, filter_counts, slice_size
from queries.filters import Filters
from queries.filters.filters import FILTER_SPECS
from queries.filters.spec import FilterSpec
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.store.store import Store

RunBreakdown = Callable[[Breakdown, Filters], pd.DataFrame]
"""Runs a breakdown over a slice, possibly from a cache."""

Facets = dict[str, dict[Any, int]]
"""Conversations by option, by filter; an option without conversations may be left out."""


def facets(run: RunBreakdown, filters: Filters) -> Facets:
    """The counts beside the options of the filters.

    The counts of a filter disregard what is chosen in it, so that they say what another choice
    would give.

    Args:
        run: runs a breakdown over a slice.
        filters: the slice.
    """
    counts: Facets = {}
    for name, spec in FILTER_SPECS.items():
        if spec.has_facet:
            unfiltered: dict[str, Any] = {name: getattr(Filters(), name)}
            counts[name] = _option_counts(run, replace(filters, **unfiltered), name, spec)
    return counts


@cache
def option_breakdown(name: str) -> Breakdown:
    """The breakdown that counts the conversations of each value of a filter with a facet query.

    Returns:
        A function whose frame has a row a value: a column with the name of the filter, and
        ``conversation_count``. It is the same function each time, so that callers can cache by it.
    """
    query = FILTER_SPECS[name].facet_query
    if query is None:
        raise ValueError(f"the filter {name} has no facet query")

    def run_query(store: Store, filters: Filters) -> pd.DataFrame:
        return store.run(query, filters)

    return OVERVIEW_BREAKDOWNS.get(query, run_query)


def _option_counts(
    run: RunBreakdown, filters: Filters, name: str, spec: FilterSpec
) -> dict[Any, int]:
    if spec.facet_query is not None:
        rows = run(option_breakdown(name), filters)
        named = rows.dropna(subset=[name])
        counts = dict(zip(named[name], named["conversation_count"].astype(int), strict=True))
        return counts | _missing_counts(rows, name) if spec.has_open_options else counts
    if spec.facet_columns:
        row = run(filter_counts, filters).iloc[0]
        return {option: int(row[column]) for option, column in spec.facet_columns.items()}
    return {option: _count(run, filters, name, spec, option) for option in spec.options}


def _missing_counts(rows: pd.DataFrame, name: str) -> dict[Any, int]:
    """The counts of what has no name, and of what has one; none where everything has one."""
    is_missing = rows[name].isna() | (rows[name] == NONE_GIVEN)
    if not is_missing.any():
        return {}
    missing = int(rows.loc[is_missing, "conversation_count"].sum())
    return {NONE_GIVEN: missing, ANY_GIVEN: int(rows["conversation_count"].sum()) - missing}


def _count(
    run: RunBreakdown,
    filters: Filters,
    name: str,
    spec: FilterSpec,
    option: Any,  # noqa: ANN401
) -> int:
    chosen: dict[str, Any] = {name: (option,) if spec.is_multi_valued else option}
    return int(run(slice_size, replace(filters, **chosen))["conversation_count"].iloc[0])
