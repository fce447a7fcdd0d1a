"""Breakdowns of how long messages are and how often first prompts repeat."""

import pandas as pd

from queries.errors import UsageError
from queries.filters import Slice
from queries.schema import LENGTH_CLASSES, ROLES
from queries.store import Store

TURNS_SHOWN = 12

PROMPTS_MAX = 1_000


def length_classes(store: Store, filters: Slice) -> pd.DataFrame:
    """How the lengths of messages are spread, by role.

    Returns:
        One row a role and class of lengths: ``role``, ``low_chars`` and ``high_chars`` (lengths
        from the first to below the second; 0 to 1 is no characters), ``message_count``,
        ``role_share`` (fraction 0-1 of the messages of the role).

    Source: ``sql/length_classes.sql``.
    """
    found = store.run("length_classes", filters)
    number = found.pop("length_class")
    edges = [*LENGTH_CLASSES, LENGTH_CLASSES[-1] * 10 ** (1 / 20)]
    found.insert(1, "low_chars", [edges[n] for n in number])
    found.insert(2, "high_chars", [edges[n + 1] for n in number])
    totals = found.groupby("role")["message_count"].transform("sum")
    found["role_share"] = found["message_count"] / totals
    return found


def turn_lengths(store: Store, filters: Slice) -> pd.DataFrame:
    """Quantiles of the lengths of messages in each of the first turns, by role.

    Returns:
        One row a role and turn up to `TURNS_SHOWN`: ``role`` and the columns of
        ``sql/turn_lengths.sql`` (characters a message).
    """
    frames = [
        store.run("turn_lengths", filters, params={"role": role, "turn_limit": TURNS_SHOWN}).assign(
            role=role
        )
        for role in reversed(ROLES)
    ]
    found = pd.concat(frames[::-1], ignore_index=True)
    found.insert(0, "role", found.pop("role"))
    return found


def prompt_repeats(store: Store, filters: Slice) -> pd.DataFrame:
    """How many conversations begin with a prompt that others of the store begin with too.

    Returns:
        The rows of ``sql/prompt_repeats.sql``.
    """
    return store.run("prompt_repeats", filters)


def repeated_prompts(store: Store, filters: Slice, *, row_limit: int = 25) -> pd.DataFrame:
    """The first prompts that stand most often in the slice, with their models.

    Returns:
        The rows of ``sql/repeated_prompts.sql``.

    Raises:
        UsageError: more rows than `PROMPTS_MAX`.
    """
    if not 0 <= row_limit <= PROMPTS_MAX:
        raise UsageError(f"At most {PROMPTS_MAX:,} prompts are listed at once.")
    return store.run("repeated_prompts", filters, params={"row_limit": row_limit})
