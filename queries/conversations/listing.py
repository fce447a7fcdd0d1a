"""The slice as a paged list: a page of it, the position of a conversation, a random one."""

from typing import Literal, get_args

import pandas as pd

from queries.errors import UsageError
from queries.filters import Filters
from queries.store.store import Store

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
"""The columns that the list can be sorted by, and `shuffled`: random, but fixed by a seed."""

SORTS: tuple[Sort, ...] = get_args(Sort)

PAGE_ROWS_MAX = 1_000


def check_sort(sort: object) -> None:
    """Check a sort order.

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
    """One page of the slice.

    Args:
        store: the store.
        filters: the slice.
        sort: the column to sort by. Ties are broken by id, nulls come last. `shuffled` sorts by
            the MD5 of id and seed: the same on any machine, and in the same order in any slice.
        is_descending: reverse the order.
        seed: the seed of `shuffled`; `random_conversation` draws the first row of that order.
        row_limit: the number of rows, at most `PAGE_ROWS_MAX`.
        row_offset: the number of rows before the page.

    Raises:
        UsageError: `sort` is none of `SORTS`, or the page is too long.

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


def rank_in_slice(
    store: Store,
    filters: Filters,
    conversation_id: str,
    *,
    sort: Sort = "conversation_id",
    is_descending: bool = False,
    seed: int = 0,
) -> int | None:
    """The position of a conversation in the slice, from 0: its row offset in `slice_rows`.

    Args:
        store: the store.
        filters: the slice.
        conversation_id: the conversation.
        sort: as in `slice_rows`.
        is_descending: as in `slice_rows`.
        seed: as in `slice_rows`.

    Returns:
        None if it is not in the slice.

    Raises:
        UsageError: `sort` is none of `SORTS`.

    Source: ``sql/rank_in_slice.sql``.
    """
    check_sort(sort)
    rows = store.run(
        "rank_in_slice",
        filters,
        params={
            "conversation_id": conversation_id,
            "sort": sort,
            "is_descending": is_descending,
            "seed": str(seed),
        },
    )
    return None if rows.empty else int(rows["place"].iloc[0])


def random_conversation(store: Store, filters: Filters, seed: int) -> str | None:
    """The id of a random conversation of the slice, by seed; None for an empty slice.

    Source: ``sql/random_conversation.sql``.
    """
    rows = store.run("random_conversation", filters, params={"seed": str(seed)})
    return None if rows.empty else str(rows["conversation_id"].iloc[0])
