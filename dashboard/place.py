"""Where a conversation stands in the list that it was opened from, and what is beside it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard import paging, searching, session, url
from dashboard.sorting import Order, chosen_order
from queries.breakdowns import slice_size
from queries.conversations import place_in_slice, slice_rows
from queries.filters import Filters
from queries.relations import Edition

LIST_ROWS = 25
"""Conversations on a page of the list."""

PLACES_REMEMBERED = 512

Listed = Sequence[tuple[str, int | None]]
"""Conversations of a page of a list, each with the turn that a search found in it."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A conversation of the list, and the page of the list that it is on.

    Attributes:
        conversation_id: which one.
        page: of the list.
        turn: what a search found in it; None in other lists.
    """

    conversation_id: str
    page: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands in a list.

    Attributes:
        number: its place, from 1.
        total: conversations in the list.
        page: of the list.
        before: the conversation before it; None for the first one.
        after: the one after it; None for the last one.
    """

    number: int
    total: int
    page: int
    before: Neighbour | None
    after: Neighbour | None


def place_in_list(conversation_id: str, filters: Filters) -> Place | None:
    """Where a conversation stands in the list of the address; None when it is not in it.

    Raises:
        DataError: the list cannot be made, e.g. because a search cannot be read.
    """
    if url.is_from_search():
        return _in_search(conversation_id, filters)
    return _in_slice(conversation_id, filters)


def _in_slice(conversation_id: str, filters: Filters) -> Place | None:
    order = chosen_order()
    total = int(session.rows(slice_size, filters)["conversation_count"].iloc[0])

    def listed(page: int) -> Listed:
        rows = session.rows(
            slice_rows,
            filters,
            sort=order.sort,
            is_descending=order.is_descending,
            seed=order.seed,
            row_limit=LIST_ROWS,
            row_offset=(page - 1) * LIST_ROWS,
        )
        return [(str(one), None) for one in rows["conversation_id"]]

    found = _on_page(listed, conversation_id, paging.page_in_url(), LIST_ROWS, total)
    if found is not None:
        return found
    place = _place_in_slice(
        conversation_id, filters, order, session.store_path().path, session.store().edition
    )
    if place is None:
        return None
    return _on_page(listed, conversation_id, place // LIST_ROWS + 1, LIST_ROWS, total)


def _in_search(conversation_id: str, filters: Filters) -> Place | None:
    asked = searching.possible(searching.asked_in_url())
    rows = searching.PAGE_ROWS
    page = paging.page_in_url()
    total = searching.found(asked, filters, rows, (page - 1) * rows).total

    def listed(number: int) -> Listed:
        found = searching.found(asked, filters, rows, (number - 1) * rows).rows
        turns = map(int, found["turn_number"])
        return list(zip(map(str, found["conversation_id"]), turns, strict=True))

    return _on_page(listed, conversation_id, page, rows, total)


def _on_page(
    listed: Callable[[int], Listed], conversation_id: str, page: int, rows: int, total: int
) -> Place | None:
    """The place of a conversation on a page of a list; None when it is not on it."""
    pages = -(-total // rows)
    if not 1 <= page <= pages:
        return None
    here = listed(page)
    ids = [one for one, _ in here]
    if conversation_id not in ids:
        return None
    at = ids.index(conversation_id)
    before = _neighbour(here[at - 1], page) if at else None
    after = _neighbour(here[at + 1], page) if at + 1 < len(here) else None
    if before is None and page > 1 and (others := listed(page - 1)):
        before = _neighbour(others[-1], page - 1)
    if after is None and page < pages and (others := listed(page + 1)):
        after = _neighbour(others[0], page + 1)
    return Place((page - 1) * rows + at + 1, total, page, before, after)


def _neighbour(listed: tuple[str, int | None], page: int) -> Neighbour:
    conversation_id, turn = listed
    return Neighbour(conversation_id, page, turn)


@lru_cache(PLACES_REMEMBERED)
def _place_in_slice(
    conversation_id: str, filters: Filters, order: Order, path: Path, edition: Edition
) -> int | None:
    return place_in_slice(
        session.opened(path, edition),
        filters,
        conversation_id,
        sort=order.sort,
        is_descending=order.is_descending,
        seed=order.seed,
    )
