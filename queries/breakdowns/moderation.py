"""Breakdowns of moderation: by role, category, turn and score, and at other thresholds."""

import bisect
from collections.abc import Mapping

import pandas as pd

from queries.breakdowns.registry import breakdown
from queries.breakdowns.shares import add_share
from queries.errors import UsageError
from queries.filters import Slice
from queries.schema import CATEGORIES, SCORE_STEPS, level_column
from queries.store.store import Store

TURNS_APART = 20
"""The last turn with a row of its own; later turns are counted together."""

NEVER = 255
"""A level above all others: no score reaches it."""


@breakdown("role_categories", "role_totals")
def role_categories(store: Store, filters: Slice) -> pd.DataFrame:
    """Messages and conversations flagged in each category, by the role of the message.

    Returns:
        One row per role and flagged category: the columns of ``sql/role_categories.sql``;
        the totals of the role, each of ``sql/role_totals.sql`` with ``role_`` before its name; and
        for messages and conversations ``_share``, ``_low`` and ``_high`` of those with a known
        verdict (fractions 0-1, Wilson 95 %). The row without a category counts the published flag.

    Source: ``sql/role_categories.sql``, ``sql/role_totals.sql``.
    """
    totals = store.run("role_totals", filters).rename(
        columns=lambda name: name if name == "role" else f"role_{name}"
    )
    rows = store.run("role_categories", filters).merge(totals, on="role", how="left")
    for unit in ("message", "conversation"):
        add_share(rows, unit, rows[f"{unit}_count"], rows[f"role_judged_{unit}_count"])
    return rows


@breakdown(
    "group_measures",
    grain="Attempts and successes of each model, as the paper defines them, most used model first.",
    by="model",
)
def attempts(store: Store, filters: Slice) -> pd.DataFrame:
    """Attempts and successes of each model, as the paper defines them, most used model first.

    Returns:
        One row per model: ``model``, ``conversation_count``, ``attempt_count`` (conversations with
        a flagged user message), ``success_count`` (with a flagged assistant message),
        ``both_count`` (attempts with a flagged assistant message); for each of these
        ``_judged_count`` (conversations, for ``both`` attempts, of which it is known) and
        ``_share``, ``_low`` and ``_high`` of them (fractions 0-1, Wilson 95 %);
        ``success_ratio`` (the share of successes by that of attempts, as in the paper: above 1 if
        more conversations have flagged assistant messages than flagged user messages).

    Source: ``sql/group_measures.sql``; section 4 of the paper of LMSYS-Chat-1M.
    """
    measures = store.run("group_measures", filters, by="model")
    models = pd.DataFrame(
        {
            "model": measures["group_name"],
            "conversation_count": measures["conversation_count"],
            "attempt_count": measures["user_flagged_count"],
            "success_count": measures["assistant_flagged_count"],
            "both_count": measures["both_flagged_count"],
            "attempt_judged_count": measures["user_judged_count"],
            "success_judged_count": measures["assistant_judged_count"],
            "both_judged_count": measures["both_judged_count"],
        }
    )
    for name in ("attempt", "success", "both"):
        add_share(models, name, models[f"{name}_count"], models[f"{name}_judged_count"])
    # Whole numbers on both sides: exactly successes per attempt where all verdicts are known.
    attempted = models["attempt_count"] * models["success_judged_count"]
    succeeded = models["success_count"] * models["attempt_judged_count"]
    models["success_ratio"] = succeeded / attempted.where(attempted > 0)
    return models


@breakdown("category_pairs")
def category_pairs(store: Store, filters: Slice) -> pd.DataFrame:
    """How often two categories are flagged in the same conversation.

    Returns:
        One row per pair that occurs, including a category with itself: the columns of
        ``sql/category_pairs.sql``, ``category_count`` (conversations flagged in ``category``) and
        ``category_share`` (fraction 0-1 of these that are also flagged in ``other_category``),
        with ``category_low`` and ``category_high`` (Wilson 95 %).
    """
    pairs = store.run("category_pairs", filters)
    of_one = pairs[pairs["category"] == pairs["other_category"]].set_index("category")
    pairs["category_count"] = pairs["category"].map(of_one["conversation_count"]).astype("int64")
    add_share(pairs, "category", pairs["conversation_count"], pairs["category_count"])
    return pairs


@breakdown("turn_flags")
def turn_flags(store: Store, filters: Slice) -> pd.DataFrame:
    """The share of flagged messages in each turn, by role. Turns after the 20th are one row.

    Returns:
        One row per role and turn: ``role``, ``turn_number`` (21 stands for all after the 20th),
        ``message_count``, ``judged_count``, ``flagged_count``, ``flagged_share``,
        ``flagged_low``, ``flagged_high`` (fractions 0-1 of the judged messages, Wilson 95 %).

    Source: ``sql/turn_flags.sql``.
    """
    turns = store.run("turn_flags", filters)
    turns["turn_number"] = turns["turn_number"].clip(upper=TURNS_APART + 1)
    rows = turns.groupby(["role", "turn_number"], as_index=False).sum()
    rows = rows.sort_values(["role", "turn_number"], ascending=[False, True], ignore_index=True)
    add_share(rows, "flagged", rows["flagged_count"], rows["judged_count"])
    return rows


@breakdown("score_histogram")
def score_histogram(store: Store, filters: Slice, *, category: str) -> pd.DataFrame:
    """The distribution of a category's scores over the messages of the slice, by role.

    Returns:
        One row per role and score class: ``role``, ``low_score`` and ``high_score`` (from the first
        to below the second; the last class includes 1), ``message_count``, ``flagged_count``
        (those flagged in the category). Messages without a verdict or a score are left out.

    Raises:
        UsageError: there is no such category.

    Source: ``sql/score_histogram.sql``.
    """
    if category not in CATEGORIES:
        raise UsageError(
            f"The categories are {', '.join(CATEGORIES)}; {category!r} is none of them."
        )
    rows = store.run("score_histogram", filters, params={"category": category})
    edges = [0.0, *SCORE_STEPS]
    level = rows.pop("level")
    rows.insert(1, "low_score", [edges[n] for n in level])
    rows.insert(2, "high_score", [edges[min(n + 1, len(edges) - 1)] for n in level])
    return rows


@breakdown(
    "threshold_confusion",
    "threshold_totals",
    grain="What would be flagged at other thresholds, beside what is flagged as published.",
)
def threshold_verdicts(
    store: Store, filters: Slice, *, unit: str, role: str = "any", thresholds: str = ""
) -> pd.DataFrame:
    """What would be flagged at other thresholds, beside what is flagged as published.

    Args:
        store: the store.
        filters: the slice.
        unit: `messages`, or `conversations` (with at least one such message).
        role: the role of the messages: `user`, `assistant` or `any`.
        thresholds: a score per category, e.g. ``hate=0.5 violence=0.25``; each is one of
            `SCORE_STEPS`. A category without a threshold flags nothing.

    Returns:
        One row for any category against the published flag (``category`` is null), and one per
        category: ``reached_count``, ``flagged_count``, ``both_count``, then
        ``neither_count`` of the ``total_count`` messages, or conversations whose messages all are,
        with a verdict and a score, and ``slice_count``, with or without.

    Raises:
        UsageError: there is no such unit, role, category or threshold.

    Source: ``sql/threshold_confusion.sql``, ``sql/threshold_totals.sql``.
    """
    if unit not in ("messages", "conversations") or role not in ("any", "user", "assistant"):
        raise UsageError(
            "Thresholds are for messages or conversations, of the role any, user or assistant; "
            f"{unit!r}, {role!r} is not among them."
        )
    levels = {level_column(c): NEVER for c in CATEGORIES}
    levels |= {
        level_column(c): level_of(score) for c, score in parse_thresholds(thresholds).items()
    }
    both_units = store.run("threshold_confusion", filters, params={"role": role, **levels})
    rows = both_units[both_units["unit"] == unit.removesuffix("s")].drop(columns="unit")
    totals = store.run("threshold_totals", filters, params={"role": role}).iloc[0]
    total = int(totals[f"scored_{unit.removesuffix('s')}_count"])
    categories = pd.DataFrame({"category": [None, *CATEGORIES]}, dtype=rows["category"].dtype)
    counts = ["reached_count", "flagged_count", "both_count"]
    rows = categories.merge(rows, on="category", how="left")
    rows[counts] = rows[counts].fillna(0).astype("int64")
    rows["total_count"] = total
    rows["slice_count"] = int(totals[f"{unit.removesuffix('s')}_count"])
    reached_or_flagged = rows["reached_count"] + rows["flagged_count"] - rows["both_count"]
    rows["neither_count"] = total - reached_or_flagged
    return rows


@breakdown("threshold_totals")
def threshold_totals(store: Store, filters: Slice, *, role: str = "any") -> pd.DataFrame:
    """How many messages and conversations of the slice thresholds can be tried on.

    Args:
        store: the store.
        filters: the slice.
        role: the role of the messages: `user`, `assistant` or `any`.

    Returns:
        The row of ``sql/threshold_totals.sql``.

    Raises:
        UsageError: there is no such role.
    """
    if role not in ("any", "user", "assistant"):
        raise UsageError(f"The role is any, user or assistant; {role!r} is none of them.")
    return store.run("threshold_totals", filters, params={"role": role})


def parse_thresholds(text: str) -> Mapping[str, float]:
    """Thresholds by category, from a text such as ``hate=0.5 violence=0.25``, or ``none``.

    Raises:
        UsageError: bad syntax, an unknown category, or a score that is none of `SCORE_STEPS`.
    """
    thresholds: dict[str, float] = {}
    for part in text.split() if text != "none" else ():
        category, equals, number = part.partition("=")
        if not equals or category not in CATEGORIES:
            raise UsageError(
                f"A threshold is written CATEGORY=SCORE, e.g. violence=0.5; {part!r} is not."
            )
        if category in thresholds:
            raise UsageError(f"The threshold of {category} is given twice; give it once.")
        try:
            thresholds[category] = float(number)
        except ValueError:
            thresholds[category] = -1.0
        if thresholds[category] not in SCORE_STEPS:
            raise UsageError(
                f"A threshold is one of {len(SCORE_STEPS)} steps from 0.000001 to 1, e.g. "
                f"{', '.join(f'{s:g}' for s in SCORE_STEPS[-15:-4])}; {number!r} is none of them."
            )
    return thresholds


def level_of(score: float) -> int:
    """The level of a score: how many of `SCORE_STEPS` it reaches."""
    return bisect.bisect_right(SCORE_STEPS, score)
