"""The position of a conversation in the list it was opened from, and its neighbours there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.process import open_stores
from dashboard.state import links, pagination, search_request, session
from dashboard.state.sort_order import SortOrder, chosen_order
from queries.breakdowns.overview import slice_size
from queries.conversations.listing import rank_in_slice, slice_rows
from queries.filters import Filters
from queries.store.relations import Snapshot

LIST_ROWS = 25
"""Conversations on a page of the list."""

RANKS_CACHED = 512

ListPage = Sequence[tuple[str, int | None]]
"""The conversations on a page of a list, each with the turn that a search found, if any."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A neighbouring conversation in the list.

    Attributes:
        conversation_id: its id.
        page: the page of the list that it is on, from 1.
        turn: the turn that a search found; None in other lists.
    """

    conversation_id: str
    page: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class ListPosition:
    """The position of a conversation in a list.

    Attributes:
        number: its number in the list, from 1.
        total: number of conversations in the list.
        page: the page of the list that it is on, from 1.
        before: the previous conversation; None for the first one.
        after: the next conversation; None for the last one.
    """

    number: int
    total: int
    page: int
    before: Neighbour | None
    after: Neighbour | None


def list_position(conversation_id: str, filters: Filters) -> ListPosition | None:
    """The position of a conversation in the list of the address; None if it is not in it.

    Raises:
        DataError: the list is unavailable, e.g. because a search cannot be parsed.
    """
    if links.is_from_search():
        return _in_search(conversation_id, filters)
    return _in_slice(conversation_id, filters)


def _in_slice(conversation_id: str, filters: Filters) -> ListPosition | None:
    order = chosen_order()
    total = int(session.rows(slice_size, filters)["conversation_count"].iloc[0])

    def listed(page: int) -> ListPage:
        rows = session.rows(
            slice_rows,
            filters,
            sort=order.sort,
            is_descending=order.is_descending,
            seed=order.seed,
            row_limit=LIST_ROWS,
            row_offset=(page - 1) * LIST_ROWS,
        )
        return [(str(key), None) for key in rows["conversation_id"]]

    position = _on_page(listed, conversation_id, pagination.page_in_url(), LIST_ROWS, total)
    if position is not None:
        return position
    rank = _rank_in_slice(
        conversation_id, filters, order, open_stores.store_path().path, session.store().snapshot
    )
    if rank is None:
        return None
    return _on_page(listed, conversation_id, rank // LIST_ROWS + 1, LIST_ROWS, total)


def _in_search(conversation_id: str, filters: Filters) -> ListPosition | None:
    request = search_request.supported_request(search_request.request_from_address())
    rows = search_request.RESULT_ROWS
    page = pagination.page_in_url()
    total = search_request.search_results(request, filters, rows, (page - 1) * rows).total

    def listed(number: int) -> ListPage:
        results = search_request.search_results(request, filters, rows, (number - 1) * rows).rows
        turns = map(int, results["turn_number"])
        return list(zip(map(str, results["conversation_id"]), turns, strict=True))

    return _on_page(listed, conversation_id, page, rows, total)


def _on_page(
    listed: Callable[[int], ListPage], conversation_id: str, page: int, rows: int, total: int
) -> ListPosition | None:
    """The position of a conversation if it is on a page of a list; otherwise None."""
    pages = -(-total // rows)
    if not 1 <= page <= pages:
        return None
    here = listed(page)
    ids = [key for key, _ in here]
    if conversation_id not in ids:
        return None
    at = ids.index(conversation_id)
    before = _neighbour(here[at - 1], page) if at else None
    after = _neighbour(here[at + 1], page) if at + 1 < len(here) else None
    if before is None and page > 1 and (others := listed(page - 1)):
        before = _neighbour(others[-1], page - 1)
    if after is None and page < pages and (others := listed(page + 1)):
        after = _neighbour(others[0], page + 1)
    return ListPosition((page - 1) * rows + at + 1, total, page, before, after)


def _neighbour(listed: tuple[str, int | None], page: int) -> Neighbour:
    conversation_id, turn = listed
    return Neighbour(conversation_id, page, turn)


@lru_cache(RANKS_CACHED)
def _rank_in_slice(
    conversation_id: str, filters: Filters, order: SortOrder, path: Path, snapshot: Snapshot
) -> int | None:
    return rank_in_slice(
        open_stores.shared_store(path, snapshot),
        filters,
        conversation_id,
        sort=order.sort,
        is_descending=order.is_descending,
        seed=order.seed,
    )
