"""The published form of the dataset: its Arrow schema, and rows rebuilt from a store's tables.

Source: the dataset card of LMSYS-Chat-1M. Two versions exist, with and without `redacted`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.schema import CATEGORIES, column_suffix

MESSAGE = pa.struct([("content", pa.string()), ("role", pa.string())])
FLAGS = pa.struct([(category, pa.bool_()) for category in CATEGORIES])
SCORES = pa.struct([(category, pa.float64()) for category in CATEGORIES])
VERDICT = pa.struct([("categories", FLAGS), ("category_scores", SCORES), ("flagged", pa.bool_())])

_EARLY = [
    ("conversation_id", pa.string()),
    ("model", pa.string()),
    ("conversation", pa.list_(MESSAGE)),
    ("turn", pa.int64()),
    ("language", pa.string()),
    ("openai_moderation", pa.list_(VERDICT)),
]
EARLY_SCHEMA = pa.schema(_EARLY)
"""The first release (2023-09), without `redacted`."""

CURRENT_SCHEMA = pa.schema([*_EARLY, ("redacted", pa.bool_())])
"""The current release."""


def published_rows(conversations: pa.Table, messages: pa.Table, verbatim: pa.Table) -> pa.Table:
    """The published rows behind prepared ones, in the current schema.

    Args:
        conversations: rows of the store's `conversations`, in any order.
        messages: all their messages, in the same order of conversations, then by `message_index`.
        verbatim: published rows that two flat tables cannot express; they replace their twins.

    Returns:
        One row a conversation, in the order given, equal to the published ones value by value.
    """
    rebuilt = _rebuilt(conversations, messages)
    if not verbatim.num_rows:
        return rebuilt
    position = pc.index_in(rebuilt["conversation_id"], verbatim["conversation_id"])
    order = pc.coalesce(
        pc.add(position, rebuilt.num_rows), pa.array(np.arange(rebuilt.num_rows), pa.int32())
    )
    return pa.concat_tables([rebuilt, verbatim.select(rebuilt.column_names)]).take(order)


def _rebuilt(conversations: pa.Table, messages: pa.Table) -> pa.Table:
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
        schema=CURRENT_SCHEMA,
    )


def _verdict_lists(conversations: pa.Table, messages: pa.Table) -> pa.Array:
    """The moderation of each conversation: verdicts of its first messages, as many as it has."""
    in_conversation = np.ma.filled(_counts(conversations, "message_count"), 0)
    # Rows with more entries than messages stand among the verbatim ones.
    moderated = np.ma.minimum(_counts(conversations, "moderation_count"), in_conversation)
    has_verdict = messages["message_index"].to_numpy() < np.repeat(
        np.ma.filled(moderated, 0), in_conversation
    )
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
