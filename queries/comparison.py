"""One slice against another: measures, mixes and words, each difference with how sure it is."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import pandas as pd

from queries.breakdowns import category_counts, language_mix, model_mix, turn_histogram
from queries.errors import UsageError
from queries.filters import Both, Filters, Rest, Slice, filters_from_pairs
from queries.intervals import mean_interval, newcombe, welch_interval, wilson
from queries.significance import corrected, means_differ, proportions_differ
from queries.store import Store

REST = "rest"
"""What B is called where it is everything that A is not."""

_MIXES = {
    "model": (model_mix, "model"),
    "language": (language_mix, "language"),
    "category": (category_counts, "category"),
    "turns": (turn_histogram, "turn_count"),
}
MIXES = tuple(_MIXES)
"""What can shift between two slices."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that two slices are compared by.

    Attributes:
        name: its name in the frame.
        hits: the column of ``sql/slice_measures.sql`` that counts it, for a share; or the mean.
        total: the column that a share is of, or that says how many values a mean has.
        deviation: the column with the standard deviation of a mean; None for a share.
    """

    name: str
    hits: str
    total: str = "conversation_count"
    deviation: str | None = None


MEASURES = (
    Measure("flagged_share", "flagged_count"),
    Measure("user_flagged_share", "user_flagged_count"),
    Measure("assistant_flagged_share", "assistant_flagged_count"),
    Measure("both_given_user_share", "both_flagged_count", "user_flagged_count"),
    Measure("redacted_share", "redacted_count"),
    Measure("single_turn_share", "single_turn_count"),
    Measure("with_code_share", "with_code_count"),
    Measure("repeated_prompt_share", "repeated_prompt_count", "with_prompt_count"),
    Measure("mean_turn_count", "mean_turn_count", "turn_known_count", "turn_count_deviation"),
    Measure(
        "mean_prompt_chars", "mean_prompt_chars", "conversation_count", "prompt_chars_deviation"
    ),
    Measure(
        "mean_response_chars",
        "mean_response_chars",
        "conversation_count",
        "response_chars_deviation",
    ),
)


def other_slice(filters: Filters, against: str) -> Slice:
    """Slice B: everything else, or the filters that a text gives like an address does.

    Raises:
        FilterError: a filter that there is not, or a value that it cannot have.
    """
    if against == REST:
        return Rest(filters)
    return filters_from_pairs(parse_qsl(against, keep_blank_values=True))


def comparison(store: Store, filters: Filters, *, against: str) -> pd.DataFrame:
    """What is measured of two slices, and whether it differs.

    Args:
        store: the store.
        filters: slice A.
        against: slice B: `rest`, or filters as in an address: ``model=gpt-4&flagged=any``.

    Returns:
        One row a measure of `MEASURES`: ``measure``; of each slice ``value_a``, ``low_a``,
        ``high_a``, ``count_a`` (null for a mean), ``total_a`` and the same with ``_b`` (shares are
        fractions 0-1 with Wilson's interval, means are turns and characters of a conversation with
        Student's); ``difference`` (A less B) with ``low`` and ``high`` (Newcombe's interval, or
        Welch's); ``p_value`` and, corrected over all measures after Benjamini and Hochberg,
        ``corrected_p``.

    Source: ``sql/slice_measures.sql``.
    """
    a = store.run("slice_measures", filters).iloc[0]
    b = store.run("slice_measures", other_slice(filters, against)).iloc[0]
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
    found = pd.concat([_differing_shares(shares), _differing_means(means)], ignore_index=True)
    found["corrected_p"] = corrected(found["p_value"])
    return found


def shifts(store: Store, filters: Filters, *, against: str, of: str) -> pd.DataFrame:
    """How a mix differs between two slices.

    Args:
        store: the store.
        filters: slice A.
        against: slice B, as for `comparison`.
        of: one of `MIXES`. Categories do not exclude each other; the others add up to 1, but for
            turns that are not given.

    Returns:
        One row a value that occurs in either, largest difference first: ``value``, and the columns
        of a share in `comparison`, corrected over all rows.

    Raises:
        UsageError: there is no such mix.

    Source: ``sql/model_mix.sql``, ``language_mix``, ``category_counts``, ``turn_histogram``.
    """
    if of not in _MIXES:
        raise UsageError(f"The mixes are {', '.join(MIXES)}; {of!r} is none of them.")
    query, column = _MIXES[of]
    sides = []
    for side, slice_ in (("a", filters), ("b", other_slice(filters, against))):
        counts = query(store, slice_)[[column, "conversation_count"]]
        sides.append(
            counts.rename(columns={column: "value", "conversation_count": f"count_{side}"})
        )
    found = sides[0].merge(sides[1], on="value", how="outer")
    for side, slice_ in (("a", filters), ("b", other_slice(filters, against))):
        found[f"count_{side}"] = found[f"count_{side}"].fillna(0).astype("int64")
        size = store.run("slice_size", slice_)["conversation_count"].iloc[0]
        found[f"total_{side}"] = int(size)
    found = _differing_shares(found)
    found["corrected_p"] = corrected(found["p_value"])
    found["size"] = found["difference"].abs()
    return found.sort_values(
        ["size", "count_a", "count_b"], ascending=False, kind="stable", ignore_index=True
    ).drop(columns="size")


def overlap(store: Store, filters: Filters, *, against: str) -> pd.DataFrame:
    """How many conversations the two slices have, and how many are in both.

    Returns:
        One row: ``a_count``, ``b_count``, ``both_count``.

    Source: ``sql/slice_size.sql``.
    """
    other = other_slice(filters, against)
    slices = {"a": filters, "b": other, "both": Both(filters, other)}
    return pd.DataFrame(
        {
            f"{name}_count": store.run("slice_size", slice_)["conversation_count"]
            for name, slice_ in slices.items()
        }
    )


def _differing_shares(found: pd.DataFrame) -> pd.DataFrame:
    counts = (found["count_a"], found["total_a"], found["count_b"], found["total_b"])
    for side in "ab":
        count, total = found[f"count_{side}"], found[f"total_{side}"]
        found[f"value_{side}"] = count / total.where(total > 0)
        found[f"low_{side}"], found[f"high_{side}"] = wilson(count, total)
    found["difference"] = found["value_a"] - found["value_b"]
    found["low"], found["high"] = newcombe(*counts)
    found["p_value"] = proportions_differ(*counts)
    return found


def _differing_means(found: pd.DataFrame) -> pd.DataFrame:
    sides = [found[f"{name}_{side}"] for side in "ab" for name in ("value", "deviation", "total")]
    for side in "ab":
        found[f"low_{side}"], found[f"high_{side}"] = mean_interval(
            found[f"value_{side}"], found[f"deviation_{side}"], found[f"total_{side}"]
        )
    found["difference"] = found["value_a"] - found["value_b"]
    found["low"], found["high"] = welch_interval(*sides)
    found["p_value"] = means_differ(*sides)
    return found.drop(columns=["deviation_a", "deviation_b"])
