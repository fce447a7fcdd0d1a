"""The search box and its options."""

import streamlit as st

from dashboard.components.url_widgets import show_choice, show_switch, show_text
from dashboard.state import current_user, pagination
from dashboard.state.search_request import SearchRequest, make_request, restart, search_index
from queries.text.query_language import QUERY_CHARS_MAX

_MODES = {"both": "Both", "words": "Words", "meaning": "Meaning"}
_ROLES = {"any": "any message", "user": "user", "assistant": "assistant"}


def show_search_form() -> SearchRequest:
    """Draw the form; returns what it requests."""
    text = show_text(
        "Search",
        "q",
        placeholder='words, "a phrase", prefix*, -without, this OR that; or describe a meaning',
        max_chars=QUERY_CHARS_MAX,
        on_change=restart,
        is_labelled=False,
    )
    mode, role, is_exact, is_raw = _show_switches()
    return make_request(text, mode, role, is_exact=is_exact, is_raw=is_raw)


def _show_switches() -> tuple[str, str, bool, bool]:
    """Draw the options; returns the mode, the role, and whether to search exactly and unmasked."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="search_controls"):
        mode = show_choice(
            "Search by",
            "mode",
            list(_MODES),
            label_of=_MODES.__getitem__,
            help_=(
                "Words finds all messages that contain them. Meaning finds the user messages "
                "closest in meaning, even in other words. Both fuses the two rankings."
            ),
            on_change=pagination.reset_page,
        )
        role = "any"
        if mode == "words":
            role = show_choice(
                "In a message of",
                "whose",
                list(_ROLES),
                label_of=_ROLES.__getitem__,
                on_change=pagination.reset_page,
            )
        # Without a vector index every search is exact.
        is_exact = (
            mode != "words"
            and bool(search_index().manifest.get("vector_index"))
            and show_switch(
                "Exact",
                "exact",
                help_="Compare all vectors instead of using the vector index. Slower.",
            )
        )
        is_raw = current_user.is_operator() and st.toggle(
            "Search unmasked",
            key="search_unmasked",
            on_change=pagination.reset_page,
            help=(
                "Finds words in contact data, keys and texts flagged as sexual/minors too, and "
                "shows results unmasked. The audit log records each search."
            ),
        )
    return mode, role, is_exact, is_raw
