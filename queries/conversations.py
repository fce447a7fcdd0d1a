"""Single conversations, and the slice as a table, page by page."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from queries.errors import NotFoundError, UsageError
from queries.filters import Filters
from queries.store import Store

Sort = Literal[
    "conversation_id",
    "turn_count",
    "prompt_chars",
    "response_chars",
    "prompt_group_size",
    "first_flagged_turn",
    "model",
    "language",
]
SORTS: tuple[Sort, ...] = get_args(Sort)

PAGE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and its messages.

    Attributes:
        facts: the columns of ``sql/conversation.sql``, by name.
        messages: the rows of ``sql/messages.sql``, in order.
    """

    facts: dict[str, Any]
    messages: pd.DataFrame


def conversation(store: Store, conversation_id: str) -> Conversation:
    """The conversation with this id.

    Raises:
        NotFoundError: the store has none.

    Source: ``sql/conversation.sql`` and ``sql/messages.sql``.
    """
    found = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if found.empty:
        raise NotFoundError(conversation_id)
    facts = {name: found[name].iloc[0] for name in found.columns}
    messages = store.run(
        "messages",
        Filters(),
        params={"conversation_id": conversation_id},
        id_rank=int(facts["id_rank"]),
    )
    return Conversation(facts, messages)


def check_sort(sort: object) -> None:
    """Refuse a column that rows cannot be sorted by.

    Raises:
        UsageError: it is none of `SORTS`.
    """
    if sort not in SORTS:
        raise UsageError(f"Rows can be sorted by {', '.join(SORTS)}; {sort!r} is none of them.")


def slice_rows(
    store: Store,
    filters: Filters,
    *,
    sort: Sort = "conversation_id",
    is_descending: bool = False,
    row_limit: int = 50,
    row_offset: int = 0,
) -> pd.DataFrame:
    """One page of the slice as a table.

    Args:
        store: the store.
        filters: the slice.
        sort: the column to sort by; ties are broken by id, nulls come last.
        is_descending: largest or last first.
        row_limit: rows of the page, at most `PAGE_ROWS_MAX`.
        row_offset: rows before it.

    Raises:
        UsageError: a column that cannot be sorted by, or a page that is too long.

    Source: ``sql/slice_rows.sql``.
    """
    check_sort(sort)
    if not 0 <= row_limit <= PAGE_ROWS_MAX:
        raise UsageError(f"A page has at most {PAGE_ROWS_MAX:,} rows; take more with the offset.")
    return store.run(
        "slice_rows",
        filters,
        params={
            "sort": sort,
            "is_descending": is_descending,
            "row_limit": row_limit,
            "row_offset": row_offset,
        },
    )


def random_conversation(store: Store, filters: Filters, seed: int) -> str | None:
    """The id of a conversation of the slice, drawn by a seed; None for an empty slice.

    Source: ``sql/random_conversation.sql``.
    """
    drawn = store.run("random_conversation", filters, params={"seed": str(seed)})
    return None if drawn.empty else str(drawn["conversation_id"].iloc[0])
