"""Breakdowns by model and by language: a table of measures, and standardised rates."""

from collections.abc import Callable
from typing import get_args

import pandas as pd

from queries.breakdowns.registry import breakdown
from queries.breakdowns.shares import add_share
from queries.datasets.model_catalogue import model_catalogue
from queries.errors import UsageError
from queries.filters import Slice
from queries.schema import ROLES, GroupColumn
from queries.statistics.intervals import mean_interval, wilson
from queries.statistics.standardised_rates import standardise
from queries.store.store import Store

STANDARDISED = (
    "flagged",
    "user_flagged",
    "assistant_flagged",
    "redacted",
    "single_turn",
    "with_code",
)
"""The rates that can be standardised. Each has a ``_count`` in ``sql/model_languages.sql``."""

RATE_TOTALS = {
    "flagged": "judged_count",
    "user_flagged": "user_judged_count",
    "assistant_flagged": "assistant_judged_count",
}
"""What a rate is a share of, where that is not all conversations: those with a known verdict."""

_GROUP_FILES = ("group_measures", "group_lengths", "group_prompts", "model_languages")
_LENGTH_NAMES = {"user": "prompt", "assistant": "response"}
_OTHER: dict[GroupColumn, GroupColumn] = {"model": "language", "language": "model"}


@breakdown(
    *_GROUP_FILES,
    grain="All measures of each model in the slice, most used first.",
    by="model",
)
def models(store: Store, filters: Slice) -> pd.DataFrame:
    """All measures of each model in the slice, most used first.

    Returns:
        One row per model: the columns of ``sql/group_measures.sql``; each share (a fraction 0-1)
        with ``_low`` and ``_high`` (Wilson 95 %); the mean number of turns with ``_low`` and
        ``_high`` (Student); ``median_prompt_chars`` and ``p90_prompt_chars`` of a message, and
        the same for responses, each with ``_low`` and ``_high`` (order statistics);
        ``unique_prompt_share`` (distinct first prompts per conversation); ``top_language``;
        ``maker`` and ``access`` (null for a model that the catalogue does not have).

    Source: ``sql/group_measures.sql``, ``group_lengths``, ``group_prompts``, ``model_languages``.
    """
    rows = _groups(store, filters, "model")
    catalogue = model_catalogue(store.dataset.info).reindex(rows["group_name"])
    for column in ("maker", "access"):
        rows[column] = catalogue[column].to_numpy()
    return rows


@breakdown(
    *_GROUP_FILES,
    grain="All measures of each language in the slice, most used first.",
    by="language",
)
def languages(store: Store, filters: Slice) -> pd.DataFrame:
    """All measures of each language in the slice, most used first.

    Returns:
        One row per language: the columns of `models`, with ``top_model`` instead of
        ``top_language``, and without ``maker`` and ``access``.

    Source: ``sql/group_measures.sql``, ``group_lengths``, ``group_prompts``, ``model_languages``.
    """
    return _groups(store, filters, "language")


@breakdown("model_languages")
def model_languages(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each model in each language, most frequent pair first.

    Returns:
        The columns of ``sql/model_languages.sql``, then ``model_share`` and ``language_share``
        (fractions 0-1 of the model's conversations in the slice, and of the language's).
    """
    pairs = store.run("model_languages", filters)
    for column in get_args(GroupColumn):
        totals = pairs.groupby(column, dropna=False)["conversation_count"].transform("sum")
        pairs[f"{column}_share"] = pairs["conversation_count"] / totals
    return pairs


@breakdown(
    "model_languages",
    grain="A rate of each model at the slice's mix of languages, or the other way round.",
)
def standard_rates(store: Store, filters: Slice, *, by: str, measure: str) -> pd.DataFrame:
    """A rate of each model at the slice's mix of languages, or the other way round.

    Args:
        store: the store.
        filters: the slice.
        by: `model` or `language`.
        measure: one of `STANDARDISED`.

    Returns:
        One row per group, largest first: the columns of `standardise`, with ``raw_low`` and
        ``raw_high`` (Wilson 95 %). ``conversation_count`` and the mix are of conversations that
        the rate is a share of (`RATE_TOTALS`); a group without any is left out.

    Raises:
        UsageError: `by` or `measure` is none of these.

    Source: ``sql/model_languages.sql``.
    """
    if by not in get_args(GroupColumn) or measure not in STANDARDISED:
        raise UsageError(
            f"Rates are standardised by {' or '.join(get_args(GroupColumn))}, and are "
            f"{', '.join(STANDARDISED)}; {by!r}, {measure!r} is not among them."
        )
    total = _total_of(measure)
    pairs = store.run("model_languages", filters)
    pairs = pairs[pairs[total] > 0]
    other = _OTHER["model" if by == "model" else "language"]
    strata = pd.DataFrame(
        {
            "group_name": pairs[by],
            "stratum": pairs[other],
            "hit_count": pairs[f"{measure}_count"],
            "conversation_count": pairs[total],
        }
    )
    rates = standardise(strata)
    hits = rates["raw_share"] * rates["conversation_count"]
    rates["raw_low"], rates["raw_high"] = wilson(hits, rates["conversation_count"])
    return rates.sort_values(
        ["conversation_count", "group_name"], ascending=[False, True], ignore_index=True
    )


def group_rates(store: Store, filters: Slice, *, by: GroupColumn) -> pd.DataFrame:
    """The measures of `models` and `languages` that need neither messages nor prompts.

    Returns:
        One row per group, most used first: the columns of ``sql/group_measures.sql``, the shares
        and the mean number of turns with their intervals, ``top_language`` or ``top_model``.

    Source: ``sql/group_measures.sql``, ``sql/model_languages.sql``.
    """
    groups = store.run("group_measures", filters, by=by)
    total = groups["conversation_count"]
    add_share(groups, "slice", total, total * 0 + total.sum())
    for name in ("user_flagged", "assistant_flagged", "flagged", *STANDARDISED[3:]):
        add_share(groups, name, groups[f"{name}_count"], groups[_total_of(name)])
    add_share(groups, "both_given_user", groups["both_flagged_count"], groups["both_judged_count"])
    groups["mean_turn_low"], groups["mean_turn_high"] = mean_interval(
        groups["mean_turn_count"], groups["turn_count_deviation"], groups["turn_known_count"]
    )
    pairs = store.run("model_languages", filters)
    other = _OTHER[by]
    top = pairs.drop_duplicates(by).rename(columns={by: "group_name", other: f"top_{other}"})
    return _joined(groups, top[["group_name", f"top_{other}"]])


def _groups(store: Store, filters: Slice, by: GroupColumn) -> pd.DataFrame:
    groups = group_rates(store, filters, by=by)
    for role in ROLES:
        lengths = store.run("group_lengths", filters, by=by, params={"role": role})
        kind = _LENGTH_NAMES[role]
        groups = _joined(groups, lengths.rename(columns=_length_column(kind)))
        groups[f"{kind}_count"] = groups[f"{kind}_count"].fillna(0).astype("int64")
    groups = _joined(groups, store.run("group_prompts", filters, by=by))
    with_prompt = groups["with_prompt_count"].where(groups["with_prompt_count"] > 0)
    groups["unique_prompt_share"] = groups["distinct_prompt_count"] / with_prompt
    return groups


def _total_of(rate: str) -> str:
    """The column with what a rate is a share of."""
    return RATE_TOTALS.get(rate, "conversation_count")


def _length_column(kind: str) -> Callable[[str], str]:
    """Renames columns of ``sql/group_lengths.sql`` for one kind of message."""

    def named(column: str) -> str:
        if column == "group_name":
            return column
        if column == "message_count":
            return f"{kind}_count"
        measure, _, end = column.partition("_")
        return f"{measure}_{kind}_{end}"

    return named


def _joined(groups: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """The groups in their order, with more columns; null is a group."""
    return groups.merge(further, on="group_name", how="left")
