"""Rebuild the canonical rows of a dataset from the tables of a store."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.canonical import CANONICAL_SCHEMA, FLAGS, MESSAGE, SCORES, VERDICT
from queries.schema import CATEGORIES, column_suffix

CONVERSATION_COLUMNS = (
    *("conversation_id", "model", "language", "turn_count"),
    *("message_count", "moderation_count", "undealt_count", "is_redacted"),
)
"""The columns of `conversations` that `rebuilt_rows` reads."""

MESSAGE_COLUMNS = (
    *("message_index", "role", "text", "is_flagged"),
    *(f"is_flagged_{column_suffix(category)}" for category in CATEGORIES),
    *(f"score_{column_suffix(category)}" for category in CATEGORIES),
)
"""The columns of `messages` that `rebuilt_rows` reads."""


def rebuilt_rows(conversations: pa.Table, messages: pa.Table, verbatim: pa.Table) -> pa.Table:
    """The rows that some rows of a store were prepared from.

    Args:
        conversations: rows of the store's `conversations`, in any order.
        messages: all their messages, in the same order of conversations, then by `message_index`.
        verbatim: canonical rows that the two tables cannot express; they replace the rebuilt ones.

    Returns:
        One row per conversation in `CANONICAL_SCHEMA`, in the order of `conversations`, equal to
        the original value by value.
    """
    rebuilt = _from_tables(conversations, messages)
    if not verbatim.num_rows:
        return rebuilt
    position = pc.index_in(rebuilt["conversation_id"], verbatim["conversation_id"])
    order = pc.coalesce(
        pc.add(position, rebuilt.num_rows), pa.array(np.arange(rebuilt.num_rows), pa.int32())
    )
    return pa.concat_tables([rebuilt, verbatim.select(rebuilt.column_names)]).take(order)


def _from_tables(conversations: pa.Table, messages: pa.Table) -> pa.Table:
    conversation = _lists(_counts(conversations, "message_count"), _message_structs(messages))
    return pa.table(
        [
            conversations["conversation_id"],
            conversations["model"],
            conversation,
            conversations["turn_count"],
            conversations["language"],
            _verdict_lists(conversations, messages),
            conversations["is_redacted"],
        ],
        schema=CANONICAL_SCHEMA,
    )


def _verdict_lists(conversations: pa.Table, messages: pa.Table) -> pa.Array:
    """The verdicts of each conversation: on all of its messages, or on the user messages alone."""
    in_conversation = np.ma.filled(_counts(conversations, "message_count"), 0)
    moderated = _counts(conversations, "moderation_count")
    # Rows with entries that cannot be dealt to messages are among the verbatim ones.
    moderated[_counts(conversations, "undealt_count") > 0] = 0
    entries = np.ma.filled(moderated, 0)
    is_for_all = np.repeat((entries > 0) & (entries == in_conversation), in_conversation)
    is_user = pc.equal(messages["role"], "user").fill_null(False).to_numpy()
    has_verdict = is_for_all | (np.repeat(entries > 0, in_conversation) & is_user)
    verdicts = _verdict_structs(messages.filter(pa.array(has_verdict)))
    return _lists(moderated, verdicts)


def _message_structs(messages: pa.Table) -> pa.Array:
    return _struct([messages["text"], messages["role"]], MESSAGE)


def _verdict_structs(messages: pa.Table) -> pa.Array:
    flags = _struct([messages[f"is_flagged_{column_suffix(c)}"] for c in CATEGORIES], FLAGS)
    scores = _struct([messages[f"score_{column_suffix(c)}"] for c in CATEGORIES], SCORES)
    return _struct([flags, scores, messages["is_flagged"]], VERDICT)


def _struct(children: Sequence[Any], type_: pa.DataType) -> pa.Array:
    arrays = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in children]
    arrays = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    return pa.StructArray.from_arrays(arrays, fields=list(type_))


def _counts(conversations: pa.Table, column: str) -> "np.ma.MaskedArray[Any, np.dtype[np.int64]]":
    values = conversations[column]
    absent: npt.NDArray[np.bool_] = values.is_null().to_numpy()
    return np.ma.MaskedArray(values.fill_null(0).to_numpy().astype(np.int64), mask=absent)


def _lists(counts: "np.ma.MaskedArray[Any, np.dtype[np.int64]]", values: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(np.ma.filled(counts, 0))])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), values, mask=pa.array(np.ma.getmaskarray(counts))
    )
