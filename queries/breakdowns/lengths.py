"""Breakdowns of message lengths and of repeated first prompts."""

import pandas as pd

from queries.breakdowns.registry import breakdown
from queries.errors import UsageError
from queries.filters import Slice
from queries.schema import LENGTH_CLASSES, ROLES
from queries.store.store import Store

TURNS_SHOWN = 12

PROMPTS_MAX = 1_000


@breakdown("length_histogram")
def length_histogram(store: Store, filters: Slice) -> pd.DataFrame:
    """The distribution of message lengths, by role.

    Returns:
        One row per role and length class: ``role``, ``low_chars`` and ``high_chars`` (from the
        first to below the second; 0 to 1 stands for empty messages), ``message_count``,
        ``role_share`` (fraction 0-1 of the messages of the role).

    Source: ``sql/length_histogram.sql``.
    """
    rows = store.run("length_histogram", filters)
    number = rows.pop("length_class")
    edges = [*LENGTH_CLASSES, LENGTH_CLASSES[-1] * 10 ** (1 / 20)]
    rows.insert(1, "low_chars", [edges[n] for n in number])
    rows.insert(2, "high_chars", [edges[n + 1] for n in number])
    totals = rows.groupby("role")["message_count"].transform("sum")
    rows["role_share"] = rows["message_count"] / totals
    return rows


@breakdown("turn_lengths")
def turn_lengths(store: Store, filters: Slice) -> pd.DataFrame:
    """Quantiles of the message lengths in each of the first turns, by role.

    Returns:
        One row per role and turn up to `TURNS_SHOWN`: ``role`` and the columns of
        ``sql/turn_lengths.sql`` (characters per message).
    """
    frames = [
        store.run("turn_lengths", filters, params={"role": role, "turn_limit": TURNS_SHOWN}).assign(
            role=role
        )
        for role in reversed(ROLES)
    ]
    rows = pd.concat(frames[::-1], ignore_index=True)
    rows.insert(0, "role", rows.pop("role"))
    return rows


@breakdown("prompt_repeat_histogram")
def prompt_repeat_histogram(store: Store, filters: Slice) -> pd.DataFrame:
    """Conversations by how many of the store share their first prompt.

    Returns:
        The rows of ``sql/prompt_repeat_histogram.sql``.
    """
    return store.run("prompt_repeat_histogram", filters)


@breakdown("repeated_prompts")
def repeated_prompts(store: Store, filters: Slice, *, row_limit: int = 25) -> pd.DataFrame:
    """The most frequent first prompts of the slice, with their models.

    Returns:
        The rows of ``sql/repeated_prompts.sql``.

    Raises:
        UsageError: `row_limit` is above `PROMPTS_MAX`.
    """
    if not 0 <= row_limit <= PROMPTS_MAX:
        raise UsageError(f"At most {PROMPTS_MAX:,} prompts are listed at once.")
    return store.run("repeated_prompts", filters, params={"row_limit": row_limit})
