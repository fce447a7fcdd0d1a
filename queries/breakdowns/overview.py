"""Breakdowns of the Overview page: size, mixes, turns, categories."""

from collections.abc import Callable

import pandas as pd

from queries.breakdowns.registry import breakdown
from queries.breakdowns.shares import add_share
from queries.filters import Filters, Slice
from queries.store.store import Store

Breakdown = Callable[[Store, Filters], pd.DataFrame]


@breakdown("slice_size")
def slice_size(store: Store, filters: Slice) -> pd.DataFrame:
    """The size of the slice and its averages.

    Returns:
        One row: the columns of ``sql/slice_size.sql``, then ``flagged_share`` (of
        ``judged_count``) and ``redacted_share`` (of ``conversation_count``; fractions 0-1), each
        with ``_low`` and ``_high`` (its Wilson 95 % interval). Null where nothing was judged.

    Source: ``sql/slice_size.sql`` over the prepared `conversations`.
    """
    size = store.run("slice_size", filters)
    for name, total in (("flagged", "judged_count"), ("redacted", "conversation_count")):
        add_share(size, name, size[f"{name}_count"], size[total])
    return size


@breakdown("model_mix")
def model_mix(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each model in the slice, most used model first.

    Returns:
        One row per model: ``model`` (str, or None), ``conversation_count`` (int, at least 1),
        ``slice_share`` (float, fraction 0-1, sums to 1). No rows for an empty slice.

    Source: ``sql/model_mix.sql``.
    """
    return store.run("model_mix", filters)


@breakdown("language_mix")
def language_mix(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations in each language in the slice, most used first; `unknown` is a language.

    Returns:
        One row per language: ``language`` (str, or None), ``conversation_count`` (int),
        ``slice_share`` (float, fraction 0-1, sums to 1). No rows for an empty slice.

    Source: ``sql/language_mix.sql``.
    """
    return store.run("language_mix", filters)


@breakdown("turn_histogram")
def turn_histogram(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations by number of turns, ascending.

    Returns:
        One row per number of turns that occurs: ``turn_count`` (int), ``conversation_count`` (int),
        ``slice_share`` (float, fraction 0-1). No rows for an empty slice.

    Source: ``sql/turn_histogram.sql``.
    """
    return store.run("turn_histogram", filters)


@breakdown("category_counts")
def category_counts(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations flagged in each moderation category, most frequent first.

    Returns:
        One row per flagged category: ``category`` (str), ``conversation_count`` (int),
        ``judged_count`` (int), ``flagged_share``, ``flagged_low``, ``flagged_high`` (fraction 0-1
        of ``judged_count``, with its Wilson 95 % interval). No rows if nothing is flagged.

    Source: ``sql/category_counts.sql``.
    """
    categories = store.run("category_counts", filters)
    add_share(categories, "flagged", categories["conversation_count"], categories["judged_count"])
    return categories


@breakdown("filter_counts")
def filter_counts(store: Store, filters: Filters) -> pd.DataFrame:
    """How many conversations of the slice each option of the yes-or-no filters keeps.

    Returns:
        One row with the columns of ``sql/filter_counts.sql`` (int).

    Source: ``sql/filter_counts.sql``.
    """
    return store.run("filter_counts", filters)


OVERVIEW_BREAKDOWNS: dict[str, Breakdown] = {
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
