"""The menu of a conversation: similar ones, a random one, and its removal."""

import streamlit as st

from dashboard.components import page_links
from dashboard.panels.conversation.removal import show_removal
from dashboard.state import navigation


def show_menu(conversation_id: str) -> None:
    """Draw the button that opens the menu, and the menu."""
    with st.popover("More", icon=":material/more_horiz:", key="menu"):
        page_links.show_similar_link(conversation_id)
        show_random_button()
        show_removal(conversation_id)


def show_random_button() -> None:
    """Draw a button that opens a random conversation of the slice."""
    st.button(
        "Random conversation",
        icon=":material/shuffle:",
        on_click=navigation.open_random,
        key="random",
    )
