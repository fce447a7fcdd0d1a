"""One conversation with its messages."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.filters import Filters
from queries.store.store import Store


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and its messages.

    Attributes:
        facts: its row of ``sql/conversation.sql``, by column.
        messages: its rows of ``sql/messages.sql``, in order.
    """

    facts: dict[str, Any]
    messages: pd.DataFrame


def conversation(store: Store, conversation_id: str) -> Conversation:
    """The conversation with this id.

    Raises:
        NotFoundError: the store has none with this id.

    Source: ``sql/conversation.sql`` and ``sql/messages.sql``.
    """
    rows = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if rows.empty:
        raise store.not_found_error(conversation_id)
    facts = {name: rows[name].iloc[0] for name in rows.columns}
    messages = store.run(
        "messages",
        Filters(),
        params={"conversation_id": conversation_id},
        id_rank=int(facts["id_rank"]),
    )
    return Conversation(facts, messages)
