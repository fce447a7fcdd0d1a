"""Links within the app: each stays in the slice and restores how its page was last looked at."""

from urllib.parse import urlencode

import streamlit as st

from dashboard import pages
from dashboard.state.query_params import Pairs, grouped_pairs, kept_pairs
from queries.filters import Filters
from queries.filters.filters import FIELD_NAMES

_PAGE_PARAMS = "page_params"

_LIST = pages.list_params("conversation")
"""Parameters of the list or search that a conversation was opened from."""

_READING = pages.page("conversation").params
"""Parameters that stay while a reader goes from conversation to conversation."""


def link_params(extra: Pairs | None = None) -> dict[str, list[str]]:
    """Query parameters of a link that stays in the slice.

    Args:
        extra: further parameters.
    """
    return grouped_pairs([*kept_pairs(*FIELD_NAMES), *(extra or [])])


def remember_page_params(name: str) -> None:
    """Remember the parameters of the current page, for links back to it in this session."""
    params = kept_pairs(*pages.page(name).params, *pages.list_params(name))
    st.session_state[_PAGE_PARAMS] = {**st.session_state.get(_PAGE_PARAMS, {}), name: params}


def page_link_params(name: str) -> dict[str, list[str]]:
    """Query parameters of a link to a page: the slice, and what the page had last."""
    return link_params(st.session_state[_PAGE_PARAMS].get(name))


def page_link(name: str) -> str:
    """A relative link to a page in the slice, without what the page had last."""
    pairs = kept_pairs(*FIELD_NAMES)
    return f"{name}?{urlencode(pairs)}" if pairs else name


def conversation_link(
    conversation_id: str,
    *,
    page: int | None = None,
    turn: int | None = None,
    beside: str | None = None,
) -> str:
    """A relative link to a conversation that keeps the list or search it is opened from.

    Args:
        conversation_id: the conversation.
        page: page of the list, if it differs from the one in the address.
        turn: the turn to scroll to.
        beside: another conversation, to read side by side.
    """
    pairs = [*kept_pairs(*FIELD_NAMES, *_LIST, *_READING), ("conversation", conversation_id)]
    if page is None:
        pairs += kept_pairs("page")[:1]
    elif page > 1:
        pairs.append(("page", str(page)))
    pairs += [("turn", str(turn))] if turn else []
    pairs += [("beside", beside)] if beside else []
    return f"conversation?{urlencode(pairs)}"


def shuffled_link(conversation_id: str, seed: int) -> str:
    """A relative link to the first conversation of the slice when shuffled with a seed."""
    order = [("sort", "shuffled"), ("seed", str(seed)), ("conversation", conversation_id)]
    return f"conversation?{urlencode([*kept_pairs(*FIELD_NAMES, *_READING), *order])}"


def permalink(conversation_id: str, turn: int | None = None) -> str:
    """A relative link to a conversation without any list or filters."""
    pairs = [("conversation", conversation_id), *([("turn", str(turn))] if turn else [])]
    return f"conversation?{urlencode(pairs)}"


def plain_conversation_link(conversation_id: str) -> str:
    """A relative link to a conversation in the slice, from a page that is no list."""
    pairs = [*kept_pairs(*FIELD_NAMES), ("conversation", conversation_id)]
    return f"conversation?{urlencode(pairs)}"


def slice_link(filters: Filters) -> str:
    """A relative link to the list of a slice."""
    return f"browse?{urlencode(filters.pairs())}"


def list_link(page: int) -> str:
    """A relative link back to the list or search that a conversation was opened from.

    Args:
        page: page of the list, from 1.
    """
    view = "search" if is_from_search() else "browse"
    pairs = [
        *kept_pairs(*FIELD_NAMES, *_LIST, *_READING),
        *([("page", str(page))] if page > 1 else []),
    ]
    return f"{view}?{urlencode(pairs)}" if pairs else view


def is_from_search() -> bool:
    """Whether a conversation was opened from the results of a search."""
    return bool(kept_pairs("q", "like"))
