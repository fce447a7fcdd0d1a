"""Breakdowns of the moderation: by role, category, turn and score, and at other thresholds."""

import bisect
from collections.abc import Mapping

import pandas as pd

from queries.errors import UsageError
from queries.filters import Slice
from queries.intervals import wilson
from queries.schema import CATEGORIES, SCORE_STEPS, level_column
from queries.store import Store

TURNS_APART = 20
"""Turns up to this one stand alone; those after it are counted together."""

NEVER = 255
"""A level that no score reaches."""


def role_categories(store: Store, filters: Slice) -> pd.DataFrame:
    """Messages and conversations flagged in each category, by the role of the message.

    Returns:
        One row a role and category that occur: the columns of ``sql/role_categories.sql``;
        ``role_message_count`` and ``role_conversation_count`` (those of the role in the slice), and
        for messages and conversations each ``_share``, ``_low``, ``_high`` of these (fractions 0-1,
        Wilson 95 %). The row without a category counts the flag that stands above them.

    Source: ``sql/role_categories.sql``, ``sql/role_messages.sql``.
    """
    totals = store.run("role_messages", filters).rename(
        columns=lambda name: name if name == "role" else f"role_{name}"
    )
    found = store.run("role_categories", filters).merge(totals, on="role", how="left")
    for unit in ("message", "conversation"):
        count, total = found[f"{unit}_count"], found[f"role_{unit}_count"]
        found[f"{unit}_share"] = count / total
        found[f"{unit}_low"], found[f"{unit}_high"] = wilson(count, total)
    return found


def attempts(store: Store, filters: Slice) -> pd.DataFrame:
    """Attempts and successes of each model, as the paper defines them, most used model first.

    Returns:
        One row a model: ``model``, ``conversation_count``, ``attempt_count`` (conversations with a
        flagged user message), ``success_count`` (with a flagged assistant message), ``attempt`` and
        ``success`` each with ``_share``, ``_low``, ``_high`` of the conversations (fractions 0-1,
        Wilson 95 %), ``success_ratio`` (successes for one attempt, as the paper gives it: above 1
        where more assistants than users are flagged), ``both_count`` and ``both_share``,
        ``both_low``, ``both_high`` (attempts with a flagged assistant message, of the attempts).

    Source: ``sql/group_measures.sql``; section 4 of the paper of LMSYS-Chat-1M.
    """
    measures = store.run("group_measures", filters, by="model")
    found = pd.DataFrame(
        {
            "model": measures["group_name"],
            "conversation_count": measures["conversation_count"],
            "attempt_count": measures["user_flagged_count"],
            "success_count": measures["assistant_flagged_count"],
            "both_count": measures["both_flagged_count"],
        }
    )
    some_attempts = found["attempt_count"].where(found["attempt_count"] > 0)
    totals = {
        "attempt": found["conversation_count"],
        "success": found["conversation_count"],
        "both": some_attempts,
    }
    for name, total in totals.items():
        found[f"{name}_share"] = found[f"{name}_count"] / total
        found[f"{name}_low"], found[f"{name}_high"] = wilson(found[f"{name}_count"], total)
    found["success_ratio"] = found["success_count"] / some_attempts
    return found


def category_pairs(store: Store, filters: Slice) -> pd.DataFrame:
    """How often two categories are flagged in one conversation.

    Returns:
        One row a pair that occurs, a category with itself too: the columns of
        ``sql/category_pairs.sql``, ``category_count`` (conversations flagged in ``category``) and
        ``category_share`` (fraction 0-1 of these that are flagged in ``other_category`` as well),
        with ``category_low`` and ``category_high`` (Wilson 95 %).
    """
    pairs = store.run("category_pairs", filters)
    alone = pairs[pairs["category"] == pairs["other_category"]].set_index("category")
    pairs["category_count"] = pairs["category"].map(alone["conversation_count"]).astype("int64")
    count, total = pairs["conversation_count"], pairs["category_count"]
    pairs["category_share"] = count / total
    pairs["category_low"], pairs["category_high"] = wilson(count, total)
    return pairs


def turn_flags(store: Store, filters: Slice) -> pd.DataFrame:
    """The share of flagged messages in each turn, by role; turns after the 20th together.

    Returns:
        One row a role and turn: ``role``, ``turn_number`` (21 stands for all after the 20th),
        ``message_count``, ``flagged_count``, ``flagged_share``, ``flagged_low``, ``flagged_high``
        (fractions 0-1 of the messages, Wilson 95 %).

    Source: ``sql/turn_flags.sql``.
    """
    turns = store.run("turn_flags", filters)
    turns["turn_number"] = turns["turn_number"].clip(upper=TURNS_APART + 1)
    found = turns.groupby(["role", "turn_number"], as_index=False).sum()
    found = found.sort_values(["role", "turn_number"], ascending=[False, True], ignore_index=True)
    count, total = found["flagged_count"], found["message_count"]
    found["flagged_share"] = count / total
    found["flagged_low"], found["flagged_high"] = wilson(count, total)
    return found


def score_levels(store: Store, filters: Slice, *, category: str) -> pd.DataFrame:
    """How the scores of a category are spread over the messages of the slice, by role.

    Returns:
        One row a role and class of scores: ``role``, ``low_score`` and ``high_score`` (the class
        holds ``low_score`` and is below ``high_score``; the last one holds 1), ``message_count``,
        ``flagged_count`` (those flagged in the category). Messages without a verdict are left out.

    Raises:
        UsageError: there is no such category.

    Source: ``sql/score_levels.sql``.
    """
    if category not in CATEGORIES:
        raise UsageError(
            f"The categories are {', '.join(CATEGORIES)}; {category!r} is none of them."
        )
    found = store.run("score_levels", filters, params={"category": category})
    edges = [0.0, *SCORE_STEPS]
    level = found.pop("level")
    found.insert(1, "low_score", [edges[n] for n in level])
    found.insert(2, "high_score", [edges[min(n + 1, len(edges) - 1)] for n in level])
    return found


def threshold_verdicts(
    store: Store, filters: Slice, *, unit: str, role: str = "any", thresholds: str = ""
) -> pd.DataFrame:
    """What would be flagged at thresholds of one's own, beside what is flagged as published.

    Args:
        store: the store.
        filters: the slice.
        unit: `messages`, or `conversations` (a message of which is flagged or reaches it).
        role: whose messages are looked at: `user`, `assistant` or `any` (of the two).
        thresholds: ``hate=0.5 violence=0.25``: a score for each category that counts, one of
            `SCORE_STEPS`; a category without one flags nothing.

    Returns:
        One row for the verdict as a whole (``category`` null: any category, beside the published
        flag) and one a category: ``reached_count``, ``flagged_count``, ``both_count``, then
        ``neither_count`` of the ``total_count`` messages or conversations.

    Raises:
        UsageError: a unit, a role, a category or a score that there is not.

    Source: ``sql/threshold_counts.sql``, ``sql/role_messages.sql``.
    """
    if unit not in ("messages", "conversations") or role not in ("any", "user", "assistant"):
        raise UsageError(
            "Thresholds are for messages or conversations, of the role any, user or assistant; "
            f"{unit!r}, {role!r} is not among them."
        )
    levels = {level_column(c): NEVER for c in CATEGORIES}
    levels |= {
        level_column(c): level_of(score) for c, score in parsed_thresholds(thresholds).items()
    }
    every = store.run("threshold_counts", filters, params={"role": role, **levels})
    found = every[every["unit"] == unit.removesuffix("s")].drop(columns="unit")
    totals = store.run("role_messages", filters).set_index("role")
    if unit == "conversations" and role == "any":
        total = int(store.run("slice_size", filters)["conversation_count"].iloc[0])
    else:
        roles = totals.index if role == "any" else [r for r in totals.index if r == role]
        total = int(totals.loc[list(roles), f"{unit[:-1]}_count"].sum())
    categories = pd.DataFrame({"category": [None, *CATEGORIES]}, dtype=found["category"].dtype)
    counts = ["reached_count", "flagged_count", "both_count"]
    found = categories.merge(found, on="category", how="left")
    found[counts] = found[counts].fillna(0).astype("int64")
    found["total_count"] = total
    known = found["reached_count"] + found["flagged_count"] - found["both_count"]
    found["neither_count"] = total - known
    return found


def parsed_thresholds(text: str) -> Mapping[str, float]:
    """Thresholds by category from ``hate=0.5 violence=0.25``; ``none`` is none.

    Raises:
        UsageError: another form, an unknown category, or a score that is none of `SCORE_STEPS`.
    """
    found: dict[str, float] = {}
    for part in text.split() if text != "none" else ():
        category, equals, number = part.partition("=")
        if not equals or category not in CATEGORIES:
            raise UsageError(
                f"A threshold is written CATEGORY=SCORE, e.g. violence=0.5; {part!r} is not."
            )
        if category in found:
            raise UsageError(f"The threshold of {category} is given twice; give it once.")
        try:
            found[category] = float(number)
        except ValueError:
            found[category] = -1.0
        if found[category] not in SCORE_STEPS:
            raise UsageError(
                f"A threshold is one of {len(SCORE_STEPS)} steps from 0.000001 to 1, e.g. "
                f"{', '.join(f'{s:g}' for s in SCORE_STEPS[-15:-4])}; {number!r} is none of them."
            )
    return found


def level_of(score: float) -> int:
    """How many of `SCORE_STEPS` a score reaches."""
    return bisect.bisect_right(SCORE_STEPS, score)
