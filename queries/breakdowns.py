"""Breakdowns of a slice. One function for each file in sql/, of the same name."""

from collections.abc import Callable

import pandas as pd

from queries.filters import Filters, Slice
from queries.intervals import wilson
from queries.store import Store

Breakdown = Callable[[Store, Filters], pd.DataFrame]


def slice_size(store: Store, filters: Slice) -> pd.DataFrame:
    """How large the slice is and what is typical of it.

    Returns:
        One row with the columns of ``sql/slice_size.sql``, then for ``flagged`` and ``redacted``
        each ``_share``, ``_low`` and ``_high`` (fractions 0-1, the last two a Wilson 95 % interval;
        null for an empty slice).

    Source: ``sql/slice_size.sql`` over the prepared `conversations`.
    """
    size = store.run("slice_size", filters)
    total = size["conversation_count"].where(size["conversation_count"] > 0)
    for name in ("flagged", "redacted"):
        size[f"{name}_share"] = size[f"{name}_count"] / total
        size[f"{name}_low"], size[f"{name}_high"] = wilson(
            size[f"{name}_count"], size["conversation_count"]
        )
    return size


def model_mix(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each model in the slice, most used first.

    Returns:
        One row a model: ``model`` (str, None for a null), ``conversation_count`` (int, at least 1),
        ``slice_share`` (float, fraction 0-1, sums to 1). No rows for an empty slice.

    Source: ``sql/model_mix.sql``.
    """
    return store.run("model_mix", filters)


def language_mix(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each language in the slice, most used first; `unknown` is a language.

    Returns:
        One row a language: ``language`` (str, None for a null), ``conversation_count`` (int),
        ``slice_share`` (float, fraction 0-1, sums to 1). No rows for an empty slice.

    Source: ``sql/language_mix.sql``.
    """
    return store.run("language_mix", filters)


def turn_histogram(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each number of turns in the slice, ascending.

    Returns:
        One row for each number that occurs: ``turn_count`` (int), ``conversation_count`` (int),
        ``slice_share`` (float, fraction 0-1). No rows for an empty slice.

    Source: ``sql/turn_histogram.sql``.
    """
    return store.run("turn_histogram", filters)


def category_counts(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations flagged in each moderation category, most frequent first.

    Returns:
        One row for each category that occurs: ``category`` (str), ``conversation_count`` (int),
        ``slice_count`` (int), ``flagged_share``, ``flagged_low``, ``flagged_high`` (fractions 0-1
        of the slice, with its Wilson 95 % interval). No rows where nothing is flagged.

    Source: ``sql/category_counts.sql``.
    """
    categories = store.run("category_counts", filters)
    counts, total = categories["conversation_count"], categories["slice_count"]
    categories["flagged_share"] = counts / total
    categories["flagged_low"], categories["flagged_high"] = wilson(counts, total)
    return categories


def filter_counts(store: Store, filters: Filters) -> pd.DataFrame:
    """How many conversations of the slice each choice of the yes-or-no filters would keep.

    Returns:
        One row with the columns of ``sql/filter_counts.sql`` (int).

    Source: ``sql/filter_counts.sql``.
    """
    return store.run("filter_counts", filters)


BREAKDOWNS: dict[str, Breakdown] = {
    function.__name__: function
    for function in (
        slice_size,
        model_mix,
        language_mix,
        turn_histogram,
        category_counts,
        filter_counts,
    )
}
