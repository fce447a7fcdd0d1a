"""What this reader searches for, kept in the address, and what was found, remembered."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import streamlit as st

from dashboard import paging, session, url
from dashboard.components.view_choice import show_choice, show_switch, show_text
from queries.filters import Filters
from queries.relations import Edition
from queries.search.index import SearchIndex
from queries.search.language import QUERY_CHARS_MAX
from queries.search.results import MODES, Found, Mode, like, search
from queries.search.words import TextRole

PAGE_ROWS = 20
RESULTS_REMEMBERED = 64
"""Pages of results kept in memory for all readers together."""

_MODES = {"both": "Both", "words": "Words", "meaning": "Meaning"}
_ROLES = {"any": "any message", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: a text, or what is like a conversation or one of its turns."""

    text: str
    mode: Mode
    role: TextRole
    is_exact: bool
    like_id: str | None
    like_turn: int | None

    @property
    def is_anything(self) -> bool:
        """Whether there is something to search for."""
        return bool(self.text or self.like_id)


def show_box() -> Asked:
    """Draw the text box and the switches, and say what they ask for."""
    text = show_text(
        "Search",
        "q",
        placeholder='words, "a phrase", begin*, -without, this OR that; or say what you mean',
        max_chars=QUERY_CHARS_MAX,
        on_change=_begin_again,
        is_labelled=False,
    )
    mode, role, is_exact = _show_switches()
    return _asked(text, mode, role, is_exact=is_exact)


def asked_in_url() -> Asked:
    """What the address asks for, where no box is drawn."""
    return _asked(
        url.parameter("q", ""),
        url.parameter("mode", "both"),
        url.parameter("whose", "any"),
        is_exact=url.parameter("exact", "") == "true",
    )


def _asked(text: str, mode: str, role: str, *, is_exact: bool) -> Asked:
    like_id = url.parameter("like", "") or None
    return Asked(
        text=" ".join(text.split()),
        mode=next((known for known in MODES if known == mode), "both"),
        role="user" if role == "user" else "assistant" if role == "assistant" else "any",
        is_exact=is_exact,
        like_id=None if text.strip() else like_id,
        like_turn=url.number("like_turn"),
    )


def _show_switches() -> tuple[str, str, bool]:
    """By what, in whose messages, and whether exactly."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="search_controls"):
        mode = show_choice(
            "Search by",
            "mode",
            list(_MODES),
            words=_MODES.__getitem__,
            help_=(
                "Words finds every message that has them. Meaning finds the user messages that "
                "are nearest to what you say, in other words too. Both fuses the two orders."
            ),
            on_change=paging.begin_again,
        )
        role = "any"
        if mode == "words":
            role = show_choice(
                "In a message of",
                "whose",
                list(_ROLES),
                words=_ROLES.__getitem__,
                on_change=paging.begin_again,
            )
        # A small index compares every vector anyway.
        is_exact = (
            mode != "words"
            and bool(index().facts.get("vector_index"))
            and show_switch(
                "Exact",
                "exact",
                help_="Compare with every vector instead of using the vector index; slower.",
            )
        )
    return mode, role, is_exact


def ask_like(conversation_id: str, turn_number: int) -> None:
    """Search, from a callback, for what is like a turn of a conversation."""
    st.session_state["q"] = ""
    url.hold("q")
    paging.begin_again()
    url.write_parameters(
        {"q": None, "page": None, "like": conversation_id, "like_turn": str(turn_number)}
    )


def clear() -> None:
    """Search for nothing, from a callback."""
    _begin_again()
    st.session_state["q"] = ""


def found(asked: Asked, filters: Filters, row_limit: int, row_offset: int) -> Found:
    """A page of results, remembered until a version or a removal comes."""
    path, edition = session.store_path().path, session.store().edition
    return _found(asked, filters, row_limit, row_offset, path, edition)


def index() -> SearchIndex:
    """The search index of the version that this reader looks at."""
    return session.store().search_index()


def possible(asked: Asked) -> Asked:
    """What an index can be asked: by words alone, where it was built for words alone."""
    is_by_words = asked.mode == "both" and not asked.like_id and not index().has_vectors
    return replace(asked, mode="words") if is_by_words else asked


def wait_for_model(asked: Asked) -> None:
    """Load the model, where a search needs it before it is there, and say so meanwhile.

    Raises:
        IndexWithoutModelError: the index was built for words alone.
        ModelError: the model cannot be used.
    """
    opened = index()
    if asked.mode != "words" and asked.text and not opened.is_model_loaded:
        opened.check_has_vectors()
        said = st.empty()
        said.info(
            "The model is being loaded: the first search by meaning waits for it a few seconds.",
            icon=":material/hourglass_top:",
        )
        try:
            opened.load_model()
        finally:
            said.empty()


def _begin_again() -> None:
    paging.begin_again()
    url.write_parameters({"like": None, "like_turn": None, "page": None})


@lru_cache(RESULTS_REMEMBERED)
def _found(
    asked: Asked, filters: Filters, row_limit: int, row_offset: int, path: Path, edition: Edition
) -> Found:
    store = session.opened(path, edition)
    if asked.like_id:
        return like(
            store,
            filters,
            asked.like_id,
            turn_number=asked.like_turn,
            is_exact=asked.is_exact,
            row_limit=row_limit,
            row_offset=row_offset,
        )
    return search(
        store,
        filters,
        asked.text,
        mode=asked.mode,
        role=asked.role,
        is_exact=asked.is_exact,
        row_limit=row_limit,
        row_offset=row_offset,
    )
