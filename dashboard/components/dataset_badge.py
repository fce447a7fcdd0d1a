"""The badge in the head of every page: which data this is, and how much of it."""

import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.state import links, session
from queries.text.control_characters import escape_control_characters

_BADGE = custom_component(__name__)


def show_dataset_badge() -> None:
    """Draw the name and the size of the dataset, as a link to the page about it.

    It takes no room: `scroll_reset.css` puts it into the bar above the page.
    """
    store = session.store()
    loaded = store.loaded_dataset
    size = store.manifest["counts"]["conversations"] - len(store.removed_ranks)
    with st.container(key="dataset_badge"):
        _BADGE(
            key="badge",
            data={
                "name": escape_control_characters(loaded.name),
                "size": formats.conversations(size),
                "isSynthetic": loaded.is_synthetic,
                "href": links.page_link("about"),
            },
        )
