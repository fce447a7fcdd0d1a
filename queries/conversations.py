"""Single conversations, and the slice as a table, page by page."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from queries.errors import UsageError
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
    "shuffled",
]
"""The columns that rows can be sorted by, and a random order that a seed repeats."""

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
        raise store.not_found(conversation_id)
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
    seed: int = 0,
    row_limit: int = 50,
    row_offset: int = 0,
) -> pd.DataFrame:
    """One page of the slice as a table.

    Args:
        store: the store.
        filters: the slice.
        sort: the column to sort by; ties are broken by id, nulls come last. Shuffled rows are in
            the order of the MD5 of id and seed: the same on any machine, and a part of a slice
            keeps the order of the whole.
        is_descending: largest or last first.
        seed: of the shuffle; `random_conversation` draws the first row of it.
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
            "seed": str(seed),
            "row_limit": row_limit,
            "row_offset": row_offset,
        },
    )


def place_in_slice(
    store: Store,
    filters: Filters,
    conversation_id: str,
    *,
    sort: Sort = "conversation_id",
    is_descending: bool = False,
    seed: int = 0,
) -> int | None:
    """The place of a conversation in the slice, from 0: the offset at which `slice_rows` has it.

    Args:
        store: the store.
        filters: the slice.
        conversation_id: which conversation.
        sort: as in `slice_rows`.
        is_descending: as in `slice_rows`.
        seed: as in `slice_rows`.

    Returns:
        None when it is not in the slice.

    Raises:
        UsageError: a column that cannot be sorted by.

    Source: ``sql/place_in_slice.sql``.
    """
    check_sort(sort)
    found = store.run(
        "place_in_slice",
        filters,
        params={
            "conversation_id": conversation_id,
            "sort": sort,
            "is_descending": is_descending,
            "seed": str(seed),
        },
    )
    return None if found.empty else int(found["place"].iloc[0])


def random_conversation(store: Store, filters: Filters, seed: int) -> str | None:
    """The id of a conversation of the slice, drawn by a seed; None for an empty slice.

    Source: ``sql/random_conversation.sql``.
    """
    drawn = store.run("random_conversation", filters, params={"seed": str(seed)})
    return None if drawn.empty else str(drawn["conversation_id"].iloc[0])
