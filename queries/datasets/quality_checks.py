"""Rows that break the rules of the dataset's card. They are loaded as they are, and counted."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.conform import lists_with_any
from queries.datasets.verdict_dealing import deal_verdicts
from queries.schema import ROLES


def has_null_inside(lists: pa.Array) -> pa.Array:
    """For each list, whether it contains a null at any depth (false for a list that is null)."""
    has_null = np.zeros(len(lists), dtype=bool)
    parents = pc.list_parent_indices(lists).to_numpy()
    for level in _levels(lists.flatten()):
        if level.null_count:
            has_null[parents[level.is_null().to_numpy(zero_copy_only=False)]] = True
    return pa.array(has_null)


def _levels(array: pa.Array) -> list[pa.Array]:
    """The array and all its nested children, each as long as the array."""
    if not pa.types.is_struct(array.type):
        return [array]
    below = [level for child in array.flatten() for level in _levels(child)]
    return [array, *below]


def quality_flags(batch: pa.RecordBatch, is_not_utf8: pa.Array) -> dict[str, pa.Array]:
    """Which canonical rows have which oddity.

    Args:
        batch: rows in `CANONICAL_SCHEMA`, with valid UTF-8.
        is_not_utf8: rows whose published texts were not valid UTF-8.

    Returns:
        For each name in `quality_report.ODDITIES` a boolean per row, without nulls.
    """
    conversation, moderation = batch["conversation"], batch["openai_moderation"]
    messages = pc.list_value_length(conversation)
    entries = pc.list_value_length(moderation)
    dealing = deal_verdicts(conversation, moderation)
    flags = {
        "conversation_null": conversation.is_null(),
        "conversation_empty": pc.equal(messages, 0),
        "message_null": has_null_inside(conversation),
        "role_unknown": _has_unknown_role(conversation),
        "turn_disagrees": pc.not_equal(
            pc.coalesce(batch["turn"], -1), pc.divide(messages, 2).cast(pa.int64())
        ),
        "moderation_null": moderation.is_null(),
        "moderation_fewer": pc.less(entries, messages),
        "moderation_more": pc.greater(entries, pc.coalesce(messages, 0)),
        "moderation_user_only": pa.array(dealing.is_for_users),
        "moderation_undealt": pa.array(dealing.undealt_counts > 0),
        "moderation_incomplete": has_null_inside(moderation),
        "verdict_disagrees": _has_inconsistent_verdict(moderation),
        "text_not_utf8": is_not_utf8,
        "model_null": batch["model"].is_null(),
        "language_null": batch["language"].is_null(),
        "redacted_null": batch["redacted"].is_null(),
    }
    return {name: rows.fill_null(False) for name, rows in flags.items()}


def needs_verbatim(flags: dict[str, pa.Array]) -> pa.Array:
    """Rows that cannot be rebuilt from the two flat tables, so that the store keeps a copy."""
    lossy = ("message_null", "moderation_undealt", "moderation_incomplete", "text_not_utf8")
    return reduce(pc.or_, (flags[name] for name in lossy))


def _has_unknown_role(conversation: pa.Array) -> pa.Array:
    roles = conversation.flatten().field("role")
    is_unknown = pc.invert(pc.is_in(roles, pa.array([*ROLES, None], pa.string())))
    return lists_with_any(conversation, is_unknown)


def _has_inconsistent_verdict(moderation: pa.Array) -> pa.Array:
    """Rows with a message that is flagged in no category, or not flagged in spite of one."""
    categories, _, is_flagged = moderation.flatten().flatten()
    in_any = reduce(pc.or_, (flag.fill_null(False) for flag in categories.flatten()))
    return lists_with_any(moderation, pc.xor(is_flagged, in_any).fill_null(False))
