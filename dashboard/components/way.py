"""The way on from a conversation: to those before and after it in the list, and back to that."""

from dashboard import formats, paging, url
from dashboard.components.registration import registered
from dashboard.place import Neighbour, Place
from dashboard.sorting import chosen_order

_WAY = registered("way")


def show_way(place: Place | None, note: str, *, has_flagged: bool, is_foot: bool = False) -> None:
    """Draw it.

    Args:
        place: where the conversation stands in the list that it was opened from.
        note: what is said where that is not known.
        has_flagged: whether there is a flagged message to go to.
        is_foot: it is the one below the messages, which hears no keys.
    """
    is_search = url.is_from_search()
    page = paging.page_in_url() if place is None else place.page
    _WAY(
        key="way_foot" if is_foot else "way",
        data={
            "back": url.list_address(page),
            "backLabel": "Back to the search" if is_search else "Back to the list",
            "before": _address(place.before) if place else None,
            "after": _address(place.after) if place else None,
            "place": _words(place, is_search=is_search) if place else "",
            "note": note,
            "alone": _alone() if url.parameter("beside", "") else None,
            "hasKeys": not is_foot,
            "hasFlagged": has_flagged and not is_foot,
        },
    )


def _address(neighbour: Neighbour | None) -> str | None:
    if neighbour is None:
        return None
    return url.conversation_address(
        neighbour.conversation_id, page=neighbour.page, turn=neighbour.turn
    )


def _alone() -> str:
    return url.conversation_address(url.parameter("conversation", ""))


def _words(place: Place, *, is_search: bool) -> str:
    order = chosen_order()
    how = f", shuffled by seed {order.seed}" if order.is_shuffled and not is_search else ""
    return f"{formats.count(place.number)} of {formats.count(place.total)}{how}"
