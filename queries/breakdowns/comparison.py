"""Comparison of two slices: measures, mixes and overlap, with intervals and p values."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.breakdowns.overview import category_counts, language_mix, model_mix, turn_histogram
from queries.breakdowns.registry import breakdown
from queries.breakdowns.tautologies import decided_categories, decided_measures, is_decided_mix
from queries.breakdowns.topics import topic_sizes
from queries.errors import UsageError
from queries.filters import Filters, Slice
from queries.filters.filters import Complement, Intersection
from queries.filters.parsing import filters_from_pairs
from queries.statistics.hypothesis_tests import corrected, means_differ, proportions_differ
from queries.statistics.intervals import mean_interval, newcombe, welch_interval, wilson
from queries.store.store import Store

REST = "rest"
"""The name of slice B when it is the complement of A."""

_MIXES = {
    "model": (model_mix, "model"),
    "language": (language_mix, "language"),
    "topic": (topic_sizes, "topic"),
    "category": (category_counts, "category"),
    "turns": (turn_histogram, "turn_count"),
}
_SHIFT_TOTALS = {"category": "category_judged_count"}
MIXES = tuple(_MIXES)
"""The mixes that can be compared."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by which two slices are compared. Columns are those of ``sql/slice_measures.sql``.

    Attributes:
        name: its name in the result.
        hits: the column with the count of a share, or with a mean.
        total: the column with the total of a share, or with the number of values of a mean.
        deviation: the column with the standard deviation of a mean; None for a share.
    """

    name: str
    hits: str
    total: str = "conversation_count"
    deviation: str | None = None


MEASURES = (
    Measure("flagged_share", "flagged_count", "judged_count"),
    Measure("user_flagged_share", "user_flagged_count", "user_judged_count"),
    Measure("assistant_flagged_share", "assistant_flagged_count", "assistant_judged_count"),
    Measure("both_given_user_share", "both_flagged_count", "both_judged_count"),
    Measure("redacted_share", "redacted_count"),
    Measure("single_turn_share", "single_turn_count"),
    Measure("with_code_share", "with_code_count"),
    Measure("repeated_prompt_share", "repeated_prompt_count", "with_prompt_count"),
    Measure("mean_turn_count", "mean_turn_count", "turn_known_count", "turn_count_deviation"),
    Measure("mean_prompt_chars", "mean_prompt_chars", "with_user_count", "prompt_chars_deviation"),
    Measure(
        "mean_response_chars",
        "mean_response_chars",
        "with_assistant_count",
        "response_chars_deviation",
    ),
)


def other_slice(filters: Filters, against: str) -> Slice:
    """Slice B: everything else, or filters written as in a link.

    Raises:
        FilterError: there is no such filter, or it cannot have that value.
    """
    if against == REST:
        return Complement(filters)
    return filters_from_pairs(parse_qsl(against, keep_blank_values=True))


@breakdown(
    "slice_measures",
    grain="The measures of two slices, and whether they differ.",
)
def comparison(store: Store, filters: Filters, *, against: str) -> pd.DataFrame:
    """The measures of two slices, and whether they differ.

    Args:
        store: the store.
        filters: slice A.
        against: slice B: `rest`, or filters as in a link, e.g. ``model=gpt-4&flagged=any``.

    Returns:
        One row per measure of `MEASURES`: ``measure``; for slice A ``value_a``, ``low_a``,
        ``high_a``, ``count_a`` (null for a mean) and ``total_a``, and the same for B (shares are
        fractions 0-1 with a Wilson interval; means are turns or characters per conversation with
        a Student interval); ``difference`` (A minus B) with ``low`` and ``high`` (Newcombe or
        Welch); ``p_value``; ``is_decided`` (the difference follows from what the slices were chosen
        by), and ``corrected_p`` (Benjamini-Hochberg over all other measures).

    Source: ``sql/slice_measures.sql``.
    """
    other = other_slice(filters, against)
    a = store.run("slice_measures", filters).iloc[0]
    b = store.run("slice_measures", other).iloc[0]
    shares = pd.DataFrame(
        {
            "measure": m.name,
            "count_a": a[m.hits],
            "total_a": a[m.total],
            "count_b": b[m.hits],
            "total_b": b[m.total],
        }
        for m in MEASURES
        if m.deviation is None
    )
    means = pd.DataFrame(
        {
            "measure": m.name,
            "value_a": a[m.hits],
            "total_a": a[m.total],
            "deviation_a": a[m.deviation],
            "value_b": b[m.hits],
            "total_b": b[m.total],
            "deviation_b": b[m.deviation],
        }
        for m in MEASURES
        if m.deviation is not None
    )
    rows = pd.concat([_differing_shares(shares), _differing_means(means)], ignore_index=True)
    rows["is_decided"] = rows["measure"].isin(decided_measures(filters, other))
    rows["corrected_p"] = _corrected(rows)
    return rows


@breakdown(
    "model_mix",
    "language_mix",
    "topic_mix",
    "category_counts",
    "turn_histogram",
    grain="How a mix differs between two slices.",
)
def shifts(store: Store, filters: Filters, *, against: str, of: str) -> pd.DataFrame:
    """How a mix differs between two slices.

    Args:
        store: the store.
        filters: slice A.
        against: slice B, as for `comparison`.
        of: one of `MIXES`. Categories can overlap, and are shares of the conversations with a
            known verdict; topics are shares of those with a topic; the other mixes add up to 1,
            except for conversations without a number of turns.

    Returns:
        One row per value that occurs in either slice, largest difference first: ``value``, and
        the columns of a share in `comparison`, corrected over all rows that are not decided.

    Raises:
        UsageError: there is no such mix.

    Source: ``sql/model_mix.sql``, ``language_mix``, ``topic_mix``, ``category_counts``,
    ``turn_histogram``.
    """
    if of not in _MIXES:
        raise UsageError(f"The mixes are {', '.join(MIXES)}; {of!r} is none of them.")
    query, column = _MIXES[of]
    other = other_slice(filters, against)
    sides = []
    for side, slice_ in (("a", filters), ("b", other)):
        counts = query(store, slice_)[[column, "conversation_count"]]
        sides.append(
            counts.rename(columns={column: "value", "conversation_count": f"count_{side}"})
        )
    rows = sides[0].merge(sides[1], on="value", how="outer")
    for side, slice_ in (("a", filters), ("b", other)):
        rows[f"count_{side}"] = rows[f"count_{side}"].fillna(0).astype("int64")
        size = store.run("slice_size", slice_).iloc[0]
        total = int(size[_SHIFT_TOTALS.get(of, "conversation_count")])
        rows[f"total_{side}"] = rows[f"count_{side}"].sum() if of == "topic" else total
    rows = _differing_shares(rows)
    rows["is_decided"] = is_decided_mix(filters, other, of)
    if of == "category":
        rows["is_decided"] |= rows["value"].isin(decided_categories(filters, other))
    rows["corrected_p"] = _corrected(rows)
    rows["size"] = rows["difference"].abs()
    return rows.sort_values(
        ["size", "count_a", "count_b"], ascending=False, kind="stable", ignore_index=True
    ).drop(columns="size")


@breakdown(
    "slice_size",
    grain="How many conversations two slices have, and how many are in both.",
)
def overlap(store: Store, filters: Filters, *, against: str) -> pd.DataFrame:
    """How many conversations two slices have, and how many are in both.

    Returns:
        One row: ``a_count``, ``b_count``, ``both_count``.

    Source: ``sql/slice_size.sql``.
    """
    other = other_slice(filters, against)
    slices = {"a": filters, "b": other, "both": Intersection(filters, other)}
    return pd.DataFrame(
        {
            f"{name}_count": store.run("slice_size", slice_)["conversation_count"]
            for name, slice_ in slices.items()
        }
    )


def _corrected(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    return corrected(rows["p_value"].where(~rows["is_decided"].astype(bool)))


def _differing_shares(rows: pd.DataFrame) -> pd.DataFrame:
    counts = (rows["count_a"], rows["total_a"], rows["count_b"], rows["total_b"])
    for side in "ab":
        count, total = rows[f"count_{side}"], rows[f"total_{side}"]
        rows[f"value_{side}"] = count / total.where(total > 0)
        rows[f"low_{side}"], rows[f"high_{side}"] = wilson(count, total)
    rows["difference"] = rows["value_a"] - rows["value_b"]
    rows["low"], rows["high"] = newcombe(*counts)
    rows["p_value"] = proportions_differ(*counts)
    return rows


def _differing_means(rows: pd.DataFrame) -> pd.DataFrame:
    sides = [rows[f"{name}_{side}"] for side in "ab" for name in ("value", "deviation", "total")]
    for side in "ab":
        rows[f"low_{side}"], rows[f"high_{side}"] = mean_interval(
            rows[f"value_{side}"], rows[f"deviation_{side}"], rows[f"total_{side}"]
        )
    rows["difference"] = rows["value_a"] - rows["value_b"]
    rows["low"], rows["high"] = welch_interval(*sides)
    rows["p_value"] = means_differ(*sides)
    return rows.drop(columns=["deviation_a", "deviation_b"])
