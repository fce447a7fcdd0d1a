"""The pages as Streamlit knows them, links between them, and pending navigation."""

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard.components.custom_component import custom_component
from dashboard.pages import PAGES
from dashboard.state import (
    current_user,
    links,
    navigation,
    pagination,
    query_params,
    session,
    sort_order,
)
from queries.conversations.listing import random_conversation
from queries.filters import Filters

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage

_GO = custom_component("dashboard.components.client_navigation")
_ARRIVAL = custom_component("dashboard.components.scroll_reset", isolate_styles=False)

_REGISTERED = "registered_pages"


def register_pages() -> "StreamlitPage":
    """Register the pages with Streamlit, and give the one that the address names."""
    registered = {
        page.name: st.Page(
            f"views/{page.name}.py",
            title=page.title,
            icon=page.icon,
            url_path=None if page is PAGES[0] else page.name,
            default=page is PAGES[0],
        )
        for page in PAGES
    }
    st.session_state[_REGISTERED] = registered
    current = st.navigation(list(registered.values()), position="hidden")
    navigation.set_current_page(current.url_path or PAGES[0].name)
    return current


def show_links() -> None:
    """Draw the links to all pages. Each keeps the filters and restores its page's parameters."""
    current = navigation.current_page().name
    links.remember_page_params(current)
    is_operator = current_user.is_operator()
    for page in PAGES:
        if is_operator or not page.is_for_operators:
            params = links.page_link_params(page.name)
            st.page_link(_registered(page.name), query_params=params, width="stretch")
    st.space("xsmall")
    position = {
        name: query_params.get_param(name, "")
        for name in (pagination.PAGE_KEY, "conversation", "turn", "beside")
    }
    _ARRIVAL(key="arrival", data={"view": current, **position})


def show_conversation_link(conversation_id: str) -> None:
    """Draw a link to a conversation."""
    st.page_link(
        _registered("conversation"),
        label="Open conversation",
        icon=":material/forum:",
        query_params=links.link_params([("conversation", conversation_id)]),
    )


def show_slice_page_link(
    name: str, label: str, filters: Filters, extra: query_params.Pairs | None = None
) -> None:
    """Draw a link to a page that shows a slice.

    Args:
        name: the page.
        label: text of the link.
        filters: the slice.
        extra: further parameters of the page.
    """
    pairs = query_params.grouped_pairs([*filters.pairs(), *(extra or [])])
    st.page_link(_registered(name), label=label, query_params=pairs)


def show_similar_link(conversation_id: str) -> None:
    """Draw a link to a search for similar conversations, if the store has vectors."""
    if session.store().has_vectors:
        st.page_link(
            _registered("search"),
            label="Find similar",
            icon=":material/near_me:",
            query_params=links.link_params([("like", conversation_id)]),
        )


def follow_pending_navigation() -> None:
    """Go where a callback of this rerun asked to go, if any; nothing else is drawn then."""
    if (pairs := st.session_state.pop(navigation.PENDING_LIST, None)) is not None:
        _navigate(f"browse?{urlencode(pairs)}")
    conversation_id = st.session_state.pop(navigation.PENDING_CONVERSATION, None)
    if conversation_id is not None:
        _navigate(links.conversation_link(conversation_id))
    if st.session_state.pop(navigation.PENDING_RANDOM, False):
        _go_to_random(sort_order.new_seed())


def _go_to_random(seed: int) -> None:
    """Go to the first conversation of the shuffled slice; the next ones follow in that order."""
    first = random_conversation(session.store(), session.current_filters(), seed)
    if first is not None:
        _navigate(links.shuffled_link(first, seed))


def _registered(name: str) -> "StreamlitPage":
    """A page as Streamlit knows it."""
    registered: dict[str, StreamlitPage] = st.session_state[_REGISTERED]
    return registered[name]


def _navigate(href: str) -> None:
    _GO(key="go", data={"href": href, "number": secrets.token_hex(8)})
    st.stop()
