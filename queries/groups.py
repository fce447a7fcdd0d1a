"""Breakdowns by model and by language: one table of measures, and rates at the same mix."""

from collections.abc import Callable
from typing import get_args

import pandas as pd

from queries.catalogue import model_catalogue
from queries.errors import UsageError
from queries.filters import Slice
from queries.intervals import mean_interval, wilson
from queries.schema import ROLES, GroupColumn
from queries.standardisation import standardised
from queries.store import Store

STANDARDISED = (
    "flagged",
    "user_flagged",
    "assistant_flagged",
    "redacted",
    "single_turn",
    "with_code",
)
"""The rates that can be standardised; each has a ``_count`` in ``sql/model_languages.sql``."""

_LENGTH_NAMES = {"user": "prompt", "assistant": "response"}
_OTHER: dict[GroupColumn, GroupColumn] = {"model": "language", "language": "model"}


def models(store: Store, filters: Slice) -> pd.DataFrame:
    """Everything that is measured of each model in the slice, most used first.

    Returns:
        One row a model: the columns of ``sql/group_measures.sql``; for each share its ``_share``,
        ``_low`` and ``_high`` (fractions 0-1, Wilson 95 %); the mean of turns with ``_low`` and
        ``_high`` (Student); ``median_prompt_chars``, ``p90_prompt_chars`` and the same of
        responses, a message, each with ``_low`` and ``_high`` (from the order of lengths);
        ``unique_prompt_share`` (distinct first prompts a conversation); ``top_language``;
        ``maker`` and ``access`` (null for a name that was not published).

    Source: ``sql/group_measures.sql``, ``group_lengths``, ``group_prompts``, ``model_languages``.
    """
    found = _groups(store, filters, "model")
    known = model_catalogue().reindex(found["group_name"])
    found["maker"], found["access"] = known["maker"].to_numpy(), known["access"].to_numpy()
    return found


def languages(store: Store, filters: Slice) -> pd.DataFrame:
    """Everything that is measured of each language in the slice, most used first.

    Returns:
        One row a language: the columns of `models`, with ``top_model`` in the place of
        ``top_language``, without ``maker`` and ``access``.

    Source: ``sql/group_measures.sql``, ``group_lengths``, ``group_prompts``, ``model_languages``.
    """
    return _groups(store, filters, "language")


def model_languages(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations of each model in each language, most frequent pair first.

    Returns:
        The columns of ``sql/model_languages.sql``, then ``model_share`` and ``language_share``
        (fractions 0-1: of the model's conversations in the slice, and of the language's).
    """
    pairs = store.run("model_languages", filters)
    for column in get_args(GroupColumn):
        totals = pairs.groupby(column, dropna=False)["conversation_count"].transform("sum")
        pairs[f"{column}_share"] = pairs["conversation_count"] / totals
    return pairs


def standard_rates(store: Store, filters: Slice, *, by: str, measure: str) -> pd.DataFrame:
    """A rate of each model at the slice's mix of languages, or of each language at that of models.

    Args:
        store: the store.
        filters: the slice.
        by: `model` or `language`.
        measure: one of `STANDARDISED`.

    Returns:
        One row a group, in the order of `models`: the columns of ``standardisation.standardised``
        with ``raw_low`` and ``raw_high`` (Wilson 95 %).

    Raises:
        UsageError: there is no such group or measure.

    Source: ``sql/model_languages.sql``.
    """
    if by not in get_args(GroupColumn) or measure not in STANDARDISED:
        raise UsageError(
            f"Rates are standardised by {' or '.join(get_args(GroupColumn))}, and are "
            f"{', '.join(STANDARDISED)}; {by!r}, {measure!r} is not among them."
        )
    pairs = store.run("model_languages", filters)
    other = _OTHER["model" if by == "model" else "language"]
    strata = pd.DataFrame(
        {
            "group_name": pairs[by],
            "stratum": pairs[other],
            "hit_count": pairs[f"{measure}_count"],
            "conversation_count": pairs["conversation_count"],
        }
    )
    rates = standardised(strata)
    hits = rates["raw_share"] * rates["conversation_count"]
    rates["raw_low"], rates["raw_high"] = wilson(hits, rates["conversation_count"])
    return rates.sort_values(
        ["conversation_count", "group_name"], ascending=[False, True], ignore_index=True
    )


def group_rates(store: Store, filters: Slice, *, by: GroupColumn) -> pd.DataFrame:
    """What `models` and `languages` say without a look at messages and prompts.

    Returns:
        One row a group, most used first: the columns of ``sql/group_measures.sql``, the shares and
        the mean of turns with their intervals, ``top_language`` or ``top_model``.

    Source: ``sql/group_measures.sql``, ``sql/model_languages.sql``.
    """
    found = store.run("group_measures", filters, by=by)
    total = found["conversation_count"]
    _add_share(found, "slice", total, total * 0 + total.sum())
    for name in ("user_flagged", "assistant_flagged", "flagged", *STANDARDISED[3:]):
        _add_share(found, name, found[f"{name}_count"], total)
    _add_share(found, "both_given_user", found["both_flagged_count"], found["user_flagged_count"])
    found["mean_turn_low"], found["mean_turn_high"] = mean_interval(
        found["mean_turn_count"], found["turn_count_deviation"], found["turn_known_count"]
    )
    pairs = store.run("model_languages", filters)
    other = _OTHER[by]
    top = pairs.drop_duplicates(by).rename(columns={by: "group_name", other: f"top_{other}"})
    return _joined(found, top[["group_name", f"top_{other}"]])


def _groups(store: Store, filters: Slice, by: GroupColumn) -> pd.DataFrame:
    found = group_rates(store, filters, by=by)
    for role in ROLES:
        lengths = store.run("group_lengths", filters, by=by, params={"role": role})
        kind = _LENGTH_NAMES[role]
        found = _joined(found, lengths.rename(columns=_length_column(kind)))
        found[f"{kind}_count"] = found[f"{kind}_count"].fillna(0).astype("int64")
    found = _joined(found, store.run("group_prompts", filters, by=by))
    known = found["with_prompt_count"].where(found["with_prompt_count"] > 0)
    found["unique_prompt_share"] = found["distinct_prompt_count"] / known
    return found


def _add_share(frame: pd.DataFrame, name: str, count: pd.Series, total: pd.Series) -> None:
    frame[f"{name}_share"] = count / total.where(total > 0)
    frame[f"{name}_low"], frame[f"{name}_high"] = wilson(count, total)


def _length_column(kind: str) -> Callable[[str], str]:
    """Columns of ``sql/group_lengths.sql`` as those of one kind of message."""

    def named(column: str) -> str:
        if column == "group_name":
            return column
        if column == "message_count":
            return f"{kind}_count"
        measure, _, end = column.partition("_")
        return f"{measure}_{kind}_{end}"

    return named


def _joined(groups: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """The groups with further columns, in their order; a null name is a name."""
    return groups.merge(further, on="group_name", how="left")
