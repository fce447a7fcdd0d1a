"""Links to the previous and next conversation of the list, and back to the list."""

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.state import links, pagination, query_params
from dashboard.state.list_position import ListPosition, Neighbour
from dashboard.state.sort_order import chosen_order

_NAVIGATION = custom_component(__name__)


def show_list_navigation(
    position: ListPosition | None, note: str, *, has_flagged: bool, is_foot: bool = False
) -> None:
    """Draw the links.

    Args:
        position: the position of the conversation in the list that it was opened from.
        note: text to show if the position is not known.
        has_flagged: whether there is a flagged message to jump to.
        is_foot: whether this is the bar below the messages, which ignores keys.
    """
    is_search = links.is_from_search()
    page = pagination.page_in_url() if position is None else position.page
    _NAVIGATION(
        key="list_navigation_foot" if is_foot else "list_navigation",
        data={
            "back": links.list_link(page),
            "backLabel": "Back to search" if is_search else "Back to list",
            "before": _link(position.before) if position else None,
            "after": _link(position.after) if position else None,
            "position": _position_text(position, is_search=is_search) if position else "",
            "note": note,
            "alone": _single_link() if query_params.get_param("beside", "") else None,
            "hasKeys": not is_foot,
            "hasFlagged": has_flagged and not is_foot,
        },
    )


def _link(neighbour: Neighbour | None) -> str | None:
    if neighbour is None:
        return None
    return links.conversation_link(
        neighbour.conversation_id, page=neighbour.page, turn=neighbour.turn
    )


def _single_link() -> str:
    return links.conversation_link(query_params.get_param("conversation", ""))


def _position_text(position: ListPosition, *, is_search: bool) -> str:
    order = chosen_order()
    how = f", shuffled by seed {order.seed}" if order.is_shuffled and not is_search else ""
    return f"{formats.count(position.number)} of {formats.count(position.total)}{how}"
