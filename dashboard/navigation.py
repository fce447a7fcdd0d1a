"""The pages there are, and ways from one to another that stay in the slice."""

import secrets

import streamlit as st
from streamlit.navigation.page import Page

from dashboard import paging, session, url
from dashboard.components.registration import registered
from queries.conversations import random_conversation

_PAGES = (
    ("overview", "Overview", ":material/dashboard:"),
    ("browse", "Browse", ":material/list:"),
    ("conversation", "Conversation", ":material/forum:"),
    ("about", "About the data", ":material/info:"),
)

_REGISTERED = "pages"
_WANTED = "wanted_conversation"
_RANDOM = "wanted_random"

_GO = registered("go")
_ARRIVAL = registered("arrival")


def current_page() -> Page:
    """Register the pages and give the one that the address names."""
    pages = {
        name: st.Page(
            f"views/{name}.py",
            title=title,
            icon=icon,
            url_path=None if name == "overview" else name,
            default=name == "overview",
        )
        for name, title, icon in _PAGES
    }
    st.session_state[_REGISTERED] = pages
    return st.navigation(list(pages.values()), position="hidden")


def page(name: str) -> Page:
    """A page by its name, for a link or a switch."""
    registered: dict[str, Page] = st.session_state[_REGISTERED]
    return registered[name]


def show_links(current: Page) -> None:
    """Links to the pages, with the filters in each, and how a page was last looked at."""
    url.remember_view(current.url_path)
    for name, _, _ in _PAGES:
        target = page(name)
        st.page_link(target, query_params=url.view_link(target.url_path), width="stretch")
    st.space("xsmall")
    _ARRIVAL(key="arrival", data={"view": current.url_path, "page": url.parameter(paging.KEY, "1")})


def open_conversation(conversation_id: str) -> None:
    """Ask for a conversation, from a callback; the next run goes there."""
    st.session_state[_WANTED] = conversation_id


def open_random() -> None:
    """Ask for a conversation drawn at random from the slice."""
    st.session_state[_RANDOM] = True


def open_typed() -> None:
    """Ask for the conversation whose id was typed."""
    if typed := st.session_state["typed_id"].strip():
        open_conversation(typed)


def follow() -> None:
    """Go to the conversation that was asked for, if one was; nothing else is drawn then."""
    wanted = st.session_state.pop(_WANTED, None)
    if st.session_state.pop(_RANDOM, False):
        seed = secrets.randbits(32)
        wanted = random_conversation(session.store(), session.current_filters(), seed)
    if wanted is not None:
        number = secrets.token_hex(8)
        _GO(key="go", data={"href": url.conversation_address(wanted), "number": number})
        st.stop()
