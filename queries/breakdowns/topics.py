"""Breakdowns by topic: shares, models, languages. A store without topics has no rows."""

import numpy as np
import pandas as pd

from queries.breakdowns.registry import breakdown
from queries.breakdowns.shares import add_share
from queries.filters import Slice
from queries.schema import GroupColumn
from queries.statistics.hypothesis_tests import corrected
from queries.statistics.intervals import mean_interval
from queries.store.store import Store


@breakdown("topics")
def topics(store: Store, filters: Slice) -> pd.DataFrame:
    """The topics of the slice, largest first.

    Returns:
        One row per topic: the columns of ``sql/topics.sql``; ``topic_share`` (fraction of the
        conversations with a topic) and ``flagged_share`` (of ``judged_count``), each with ``_low``
        and ``_high`` (Wilson 95 %); ``mean_turn_low`` and ``mean_turn_high`` (Student 95 %).

    Source: ``sql/topics.sql``.
    """
    return _with_shares(store.run("topics", filters))


def topic_sizes(store: Store, filters: Slice) -> pd.DataFrame:
    """The conversations of each topic of the slice, without those that have none.

    Returns:
        One row per topic: the columns of ``sql/topic_mix.sql``.
    """
    return store.run("topic_mix", filters).dropna(subset=["topic"])


@breakdown("subtopics")
def subtopics(store: Store, filters: Slice) -> pd.DataFrame:
    """The subtopics of the slice, largest first.

    Returns:
        One row per subtopic: the columns of `topics`, with ``subtopic`` instead of ``topic``; the
        share is that of the conversations with a subtopic.

    Source: ``sql/subtopics.sql``.
    """
    return _with_shares(store.run("subtopics", filters))


@breakdown(
    "topic_groups",
    grain="Models over- and under-represented in each topic, most frequent pair first.",
    by="model",
)
def topic_models(store: Store, filters: Slice) -> pd.DataFrame:
    """Models over- and under-represented in each topic, most frequent pair first.

    Returns:
        One row per pair that occurs: ``topic``, ``model``, ``conversation_count``, then the
        columns of `_residuals`.

    Source: ``sql/topic_groups.sql``.
    """
    return _by_group(store, filters, "model")


@breakdown(
    "topic_groups",
    grain="Languages over- and under-represented in each topic, most frequent pair first.",
    by="language",
)
def topic_languages(store: Store, filters: Slice) -> pd.DataFrame:
    """Languages over- and under-represented in each topic, most frequent pair first.

    Returns:
        The columns of `topic_models`, with ``language`` instead of ``model``.

    Source: ``sql/topic_groups.sql``.
    """
    return _by_group(store, filters, "language")


@breakdown("topic_examples")
def topic_examples(store: Store, filters: Slice) -> pd.DataFrame:
    """First prompts nearest to the centre of each topic of the slice, and farthest from it.

    Returns:
        Up to three typical and three borderline ones a topic: the columns of
        ``sql/topic_examples.sql``. Other prompts, which fit in no topic, have none.

    Source: ``sql/topic_examples.sql``.
    """
    return store.run("topic_examples", filters)


def _with_shares(rows: pd.DataFrame) -> pd.DataFrame:
    counts = rows["conversation_count"]
    add_share(rows, "topic", counts, counts * 0 + counts.sum())
    add_share(rows, "flagged", rows["flagged_count"], rows["judged_count"])
    rows["mean_turn_low"], rows["mean_turn_high"] = mean_interval(
        rows["mean_turn_count"], rows["turn_deviation"], rows["turn_known_count"]
    )
    return rows


def _by_group(store: Store, filters: Slice, by: GroupColumn) -> pd.DataFrame:
    pairs = store.run("topic_groups", filters, by=by)
    return _residuals(pairs, by).rename(columns={"group_name": by})


def _residuals(pairs: pd.DataFrame, by: str) -> pd.DataFrame:
    """How far each count is from that of independent topics and groups.

    Returns:
        The pairs with ``topic_share`` (of the topic's conversations), ``slice_share`` (of the
        group, in all topics), ``expected_count``, ``residual`` (adjusted standardised residual:
        standard normal if independent) and ``corrected_p`` (Benjamini-Hochberg, two-sided).

    Source: Agresti (2013), Categorical Data Analysis, section 3.3.1.
    """
    from scipy.special import erfc

    counts, total = pairs["conversation_count"], pairs["conversation_count"].sum()
    topic_totals = pairs.groupby("topic")["conversation_count"].transform("sum")
    group_totals = pairs.groupby("group_name", dropna=False)["conversation_count"].transform("sum")
    pairs["topic_share"] = counts / topic_totals
    pairs["slice_share"] = group_totals / total
    pairs["expected_count"] = topic_totals * group_totals / total
    variance = pairs["expected_count"] * (1 - topic_totals / total) * (1 - group_totals / total)
    pairs["residual"] = (counts - pairs["expected_count"]) / np.sqrt(variance.where(variance > 0))
    pairs["corrected_p"] = corrected(erfc(pairs["residual"].abs() / np.sqrt(2)))
    return pairs
