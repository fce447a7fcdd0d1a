"""Conversations as chats for fine-tuning: those in which user and assistant alternate.

A chat begins with a user message, after at most one system message, and ends with a reply. Any
other conversation is left out whole, because a part of it would be another conversation.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

NO_MESSAGE = "conversations without a message"
OTHER_ROLE = "conversations with a message of another role"
NO_TEXT = "conversations with a message without a text"
NOT_ALTERNATING = "conversations in which user and assistant do not alternate, the user first"
NO_REPLY = "conversations that end without a reply"

_Bools = npt.NDArray[np.bool_]


def chat_messages(
    messages: pa.Table, ranks: npt.NDArray[np.integer]
) -> tuple[pa.Table, dict[str, int]]:
    """The messages of the chats, and how many conversations are left out for which reason.

    Args:
        messages: `id_rank`, `role` and `text` of all messages of the conversations, in order.
        ranks: the conversations. One is counted under the first reason that applies.
    """
    nonempty, starts, counts = np.unique(
        messages["id_rank"].to_numpy(), return_index=True, return_counts=True
    )
    left_out = {NO_MESSAGE: len(ranks) - len(nonempty)}
    if not len(nonempty):
        return messages, _positive(left_out)
    is_user, is_reply, is_system = (
        _has_role(messages, role) for role in ("user", "assistant", "system")
    )
    position = np.arange(messages.num_rows) - np.repeat(starts, counts)
    is_prefix = is_system & (position == 0)
    position -= np.repeat(is_prefix[starts], counts)
    is_wrong = ~is_prefix & np.where(position % 2 == 0, ~is_user, ~is_reply)
    text = pc.utf8_trim_whitespace(pc.fill_null(messages["text"], ""))
    reasons: Sequence[tuple[str, _Bools]] = (
        (OTHER_ROLE, _any(~(is_user | is_reply | is_prefix), starts)),
        (NO_TEXT, _any(_bools(pc.equal(text, "")), starts)),
        (NOT_ALTERNATING, _any(is_wrong, starts)),
        (NO_REPLY, ~is_reply[starts + counts - 1]),
    )
    is_kept = np.ones(len(nonempty), bool)
    for reason, applies in reasons:
        left_out[reason] = int((applies & is_kept).sum())
        is_kept &= ~applies
    return messages.filter(pa.array(np.repeat(is_kept, counts))), _positive(left_out)


def _has_role(messages: pa.Table, role: str) -> _Bools:
    return _bools(pc.equal(messages["role"].cast(pa.string()), role))


def _bools(column: pa.ChunkedArray) -> _Bools:
    values: _Bools = pc.fill_null(column, False).to_numpy()
    return values


def _any(flags: _Bools, starts: npt.NDArray[np.intp]) -> _Bools:
    """For each conversation, whether the flag of one of its messages is set."""
    values: _Bools = np.logical_or.reduceat(flags, starts)
    return values


def _positive(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
