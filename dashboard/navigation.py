"""The pages there are, and ways from one to another that stay in the slice."""

import secrets
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

from dashboard import paging, people, session, sorting, url
from dashboard.components.registration import registered
from queries.conversations import random_conversation

_PAGES = (
    ("overview", "Overview", ":material/dashboard:"),
    ("models", "Models", ":material/smart_toy:"),
    ("languages", "Languages", ":material/translate:"),
    ("moderation", "Moderation", ":material/shield:"),
    ("lengths", "Lengths and turns", ":material/straighten:"),
    ("compare", "Compare", ":material/compare_arrows:"),
    ("search", "Search", ":material/search:"),
    ("browse", "Browse", ":material/list:"),
    ("conversation", "Conversation", ":material/forum:"),
    ("sql", "SQL", ":material/terminal:"),
    ("export", "Export", ":material/download:"),
    ("about", "About the data", ":material/info:"),
    ("log", "Log", ":material/history:"),
)

_OF_OPERATORS = ("log",)
"""Pages that readers have no link to; they also say so themselves."""

_REGISTERED = "pages"
_WANTED = "wanted_conversation"
_RANDOM = "wanted_random"
_LIST = "wanted_list"

_GO = registered("go")
_ARRIVAL = registered("arrival", isolate_styles=False)


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
    hidden = () if people.is_operator() else _OF_OPERATORS
    for name in (name for name, _, _ in _PAGES if name not in hidden):
        target = page(name)
        st.page_link(target, query_params=url.view_link(target.url_path), width="stretch")
    st.space("xsmall")
    place = {
        name: url.parameter(name, "") for name in (paging.KEY, "conversation", "turn", "beside")
    }
    _ARRIVAL(key="arrival", data={"view": current.url_path, **place})


def open_conversation(conversation_id: str) -> None:
    """Ask for a conversation, from a callback; the next run goes there."""
    st.session_state[_WANTED] = conversation_id


def open_random() -> None:
    """Ask for a conversation drawn at random from the slice."""
    st.session_state[_RANDOM] = True


def open_list(said: url.Pairs) -> None:
    """Ask, from a callback, for the list of the conversations that some filters keep."""
    st.session_state[_LIST] = said


def show_way_to(conversation_id: str) -> None:
    """A link to a conversation."""
    st.page_link(
        page("conversation"),
        label="Open it",
        icon=":material/forum:",
        query_params=url.link([("conversation", conversation_id)]),
    )


def show_way_to_like(conversation_id: str) -> None:
    """A link to what is like a conversation, where there is an index."""
    if session.store().has_vectors:
        st.page_link(
            page("search"),
            label="Like this one",
            icon=":material/near_me:",
            query_params=url.link([("like", conversation_id)]),
        )


def open_typed() -> None:
    """Ask for the conversation whose id was typed."""
    if typed := st.session_state["typed_id"].strip():
        open_conversation(typed)


def follow() -> None:
    """Go to the conversation or list that was asked for; nothing else is drawn then."""
    if (said := st.session_state.pop(_LIST, None)) is not None:
        _go(f"browse?{urlencode(said)}")
    wanted = st.session_state.pop(_WANTED, None)
    if wanted is not None:
        _go(url.conversation_address(wanted))
    if st.session_state.pop(_RANDOM, False):
        _go_to_random(sorting.new_seed())


def _go_to_random(seed: int) -> None:
    """Go to the first conversation of the slice in a random order, which goes on from there."""
    first = random_conversation(session.store(), session.current_filters(), seed)
    if first is not None:
        _go(url.shuffled_address(first, seed))


def _go(href: str) -> None:
    _GO(key="go", data={"href": href, "number": secrets.token_hex(8)})
    st.stop()
