"""Rows that differ from what the dataset's card promises: loaded truthfully, counted, reported."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.schema import ROLES


def has_null_inside(lists: pa.Array) -> pa.Array:
    """For each list, whether anything inside it is null, at any depth (a null list is not)."""
    found = np.zeros(len(lists), dtype=bool)
    parents = pc.list_parent_indices(lists).to_numpy()
    for leaf in _levels(lists.flatten()):
        if leaf.null_count:
            found[parents[leaf.is_null().to_numpy(zero_copy_only=False)]] = True
    return pa.array(found)


def _levels(array: pa.Array) -> list[pa.Array]:
    """The array and everything below it, each as long as the array."""
    if not pa.types.is_struct(array.type):
        return [array]
    below = [level for child in array.flatten() for level in _levels(child)]
    return [array, *below]


def oddities(batch: pa.RecordBatch, is_not_utf8: pa.Array) -> dict[str, pa.Array]:
    """For each oddity, which rows of a conformed batch have it (boolean, no nulls)."""
    conversation, moderation = batch["conversation"], batch["openai_moderation"]
    messages = pc.list_value_length(conversation)
    entries = pc.list_value_length(moderation)
    has_null_conversation, has_null_moderation = conversation.is_null(), moderation.is_null()
    found = {
        "conversation_null": has_null_conversation,
        "conversation_empty": pc.equal(messages, 0),
        "message_null": has_null_inside(conversation),
        "role_unknown": _has_unknown_role(conversation),
        "turn_disagrees": pc.not_equal(
            pc.coalesce(batch["turn"], -1), pc.divide(messages, 2).cast(pa.int64())
        ),
        "moderation_null": has_null_moderation,
        "moderation_fewer": pc.less(entries, messages),
        "moderation_more": pc.greater(entries, pc.coalesce(messages, 0)),
        "moderation_incomplete": has_null_inside(moderation),
        "verdict_disagrees": _has_verdict_that_disagrees(moderation),
        "text_not_utf8": is_not_utf8,
        "model_null": batch["model"].is_null(),
        "language_null": batch["language"].is_null(),
        "redacted_null": batch["redacted"].is_null(),
    }
    return {name: rows.fill_null(False) for name, rows in found.items()}


def needs_verbatim(found: dict[str, pa.Array]) -> pa.Array:
    """Rows that two flat tables cannot give back as published, so that the store keeps a copy."""
    kept = ("message_null", "moderation_more", "moderation_incomplete", "text_not_utf8")
    rows = found[kept[0]]
    for name in kept[1:]:
        rows = pc.or_(rows, found[name])
    return rows


def _has_unknown_role(conversation: pa.Array) -> pa.Array:
    roles = conversation.flatten().field("role")
    is_unknown = pc.invert(pc.is_in(roles, pa.array([*ROLES, None], pa.string())))
    return _rows_with(conversation, is_unknown)


def _has_verdict_that_disagrees(moderation: pa.Array) -> pa.Array:
    categories, _, is_flagged = moderation.flatten().flatten()
    in_any = reduce(pc.or_, (flag.fill_null(False) for flag in categories.flatten()))
    return _rows_with(moderation, pc.xor(is_flagged, in_any).fill_null(False))


def _rows_with(lists: pa.Array, inside: pa.Array) -> pa.Array:
    """For each list, whether something is true of any element of it."""
    found = np.zeros(len(lists), dtype=bool)
    parents = pc.list_parent_indices(lists).to_numpy()
    found[parents[inside.to_numpy(zero_copy_only=False)]] = True
    return pa.array(found)
