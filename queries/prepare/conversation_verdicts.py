"""The verdicts of conversations, from those of their messages and from undealt entries.

A verdict is true if an entry is flagged, false if every message has a verdict and none is flagged,
and unknown (null) otherwise.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from queries.datasets.conform import lists_with_any
from queries.datasets.turns import Bools
from queries.prepare.message_flags import is_role, true_values
from queries.prepare.rollup import Rollup
from queries.schema import CATEGORIES, ROLES, column_suffix


def verdict_counts(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    """How many messages of each role have a verdict, and how many of those also have a score."""
    has_verdict = _valid(messages["is_flagged"])
    has_score = np.any([_valid(messages[f"score_{column_suffix(c)}"]) for c in CATEGORIES], axis=0)
    counts = {}
    for role in ROLES:
        is_judged = is_role(messages, role) & has_verdict
        counts[f"{role}_verdict_count"] = rollup.sum(is_judged).astype(np.int32)
        counts[f"{role}_scored_count"] = rollup.sum(is_judged & has_score).astype(np.int32)
    return counts


def conversation_verdicts(
    moderation: pa.Array, messages: pa.RecordBatch, rollup: Rollup
) -> dict[str, Any]:
    """The columns of `conversations` that say whether and how a conversation is flagged.

    Args:
        moderation: the entries of each conversation, as in `CANONICAL_SCHEMA`.
        messages: the messages of all conversations, with their verdicts.
        rollup: over the messages.
    """
    is_flagged = true_values(messages["is_flagged"])
    is_judged = _valid(messages["is_flagged"])
    turns = messages["turn_number"].to_numpy().astype(float)
    flagged_turn = rollup.smallest(np.where(is_flagged, turns, np.nan))
    has_judged = rollup.any(is_judged)
    categories, _, flagged = moderation.flatten().flatten()
    has_flagged_entry = true_values(lists_with_any(moderation, flagged.fill_null(False)))
    by_category = np.column_stack(
        [true_values(lists_with_any(moderation, f.fill_null(False))) for f in categories.flatten()]
    )
    by_role = {}
    for role in ROLES:
        is_in_role = is_role(messages, role)
        has_flagged = rollup.any(is_flagged & is_in_role)
        is_complete = has_judged & ~rollup.any(is_in_role & ~is_judged)
        by_role[f"is_{role}_flagged"] = _verdict(has_flagged, is_complete)
    return {
        "is_flagged": _verdict(has_flagged_entry, has_judged & ~rollup.any(~is_judged)),
        **by_role,
        "first_flagged_turn": pa.array(flagged_turn, from_pandas=True).cast(pa.int32()),
        "flagged_categories": _names(by_category),
    }


def _verdict(is_flagged: Bools, is_complete: Bools) -> pa.Array:
    """True where flagged, false where complete and not flagged, null elsewhere."""
    return pa.array(is_flagged, mask=~(is_flagged | is_complete))


def _names(by_category: Bools) -> pa.Array:
    """The names of the flagged categories in each row."""
    offsets = np.concatenate([[0], np.cumsum(by_category.sum(axis=1))])
    names = pa.array(CATEGORIES).take(pa.array(np.nonzero(by_category)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names)


def _valid(values: pa.Array) -> Bools:
    is_valid: Bools = values.is_valid().to_numpy(zero_copy_only=False)
    return is_valid
