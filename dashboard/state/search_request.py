"""This session's search, kept in the address, and its cached results."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import streamlit as st

from dashboard.process import open_stores
from dashboard.state import current_user, pagination, query_params, session
from queries.errors import IndexWithoutModelError, ModelError
from queries.filters import Filters
from queries.search.full_text import TextRole
from queries.search.index import SearchIndex
from queries.search.service import MODES, Mode, SearchResults, search, similar, text_to_embed
from queries.state.audit_log import record_event
from queries.store.relations import Snapshot

RESULT_ROWS = 20
"""Results on a page."""

RESULT_PAGES_CACHED = 64
"""Pages of results in the cache of all readers."""

_RECORDED = "recorded_searches"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search for a text, or for what is similar to a conversation.

    Attributes:
        text: words or a question; empty if there is none.
        mode: full-text search, semantic search, or both.
        role: whose messages to search.
        is_exact: whether to compare with every vector instead of using the vector index.
        like_id: a conversation to find similar ones to, if there is no text.
        like_turn: the turn of it to compare with; None for the whole conversation.
        is_raw: whether to search and show texts unmasked, which only operators may.
    """

    text: str
    mode: Mode
    role: TextRole
    is_exact: bool
    like_id: str | None
    like_turn: int | None
    is_raw: bool = False

    @property
    def has_query(self) -> bool:
        """Whether there is anything to search for."""
        return bool(self.text or self.like_id)


def request_from_address() -> SearchRequest:
    """The search of the address, for pages without a search box."""
    return make_request(
        query_params.get_param("q", ""),
        query_params.get_param("mode", "both"),
        query_params.get_param("whose", "any"),
        is_exact=query_params.get_param("exact", "") == "true",
    )


def make_request(
    text: str, mode: str, role: str, *, is_exact: bool, is_raw: bool = False
) -> SearchRequest:
    """A request from the text and switches of the form; the rest comes from the address."""
    like_id = query_params.get_param("like", "") or None
    return SearchRequest(
        text=" ".join(text.split()),
        mode=next((known for known in MODES if known == mode), "both"),
        role="user" if role == "user" else "assistant" if role == "assistant" else "any",
        is_exact=is_exact,
        like_id=None if text.strip() else like_id,
        like_turn=query_params.get_number("like_turn"),
        is_raw=is_raw,
    )


def search_similar(conversation_id: str, turn_number: int) -> None:
    """Search for what is similar to a turn of a conversation. For callbacks."""
    st.session_state["q"] = ""
    query_params.track_widgets("q")
    pagination.reset_page()
    query_params.set_params(
        {"q": None, "page": None, "like": conversation_id, "like_turn": str(turn_number)}
    )


def search_by_words() -> None:
    """Search for the same text by words alone. For callbacks."""
    st.session_state["mode"] = "words"
    query_params.track_widgets("mode")
    pagination.reset_page()
    query_params.set_params({"page": None, "mode": "words"})


def clear() -> None:
    """Clear the search. For callbacks."""
    restart()
    st.session_state["q"] = ""


def search_results(
    request: SearchRequest, filters: Filters, row_limit: int, row_offset: int
) -> SearchResults:
    """A page of results, cached until the version or the removals change.

    Raises:
        NotAllowedError: a reader asks for unmasked texts.
        AuditLogError: an unmasked search cannot be recorded.
    """
    if request.is_raw:
        _record(request)
    path, snapshot = open_stores.store_path().path, session.store().snapshot
    return cached_results(request, filters, row_limit, row_offset, path, snapshot)


def _record(request: SearchRequest) -> None:
    """Record an unmasked search in the audit log, once in a session."""
    current_user.require_operator("search unmasked texts")
    recorded: set[SearchRequest] = st.session_state.setdefault(_RECORDED, set())
    if request not in recorded:
        what = request.text or f"like {request.like_id}"
        who = current_user.current_user().name
        record_event(open_stores.store_path(), who, "unmasked", f"search {what}", count=RESULT_ROWS)
        recorded.add(request)


def search_index() -> SearchIndex:
    """The search index of the version that this reader looks at."""
    return session.store().search_index()


def supported_request(request: SearchRequest) -> SearchRequest:
    """The request, by words only if its query cannot be embedded: there is no model, or it is down.

    Raises:
        FilterError: the query is malformed.
    """
    if request.mode != "both" or not request.text:
        return request
    try:
        embed_query(request)
    except (IndexWithoutModelError, ModelError):
        return replace(request, mode="words")
    return request


def embed_query(request: SearchRequest) -> None:
    """Embed the query of a search by meaning, which the search itself does not repeat.

    Raises:
        FilterError: the query is malformed.
        IndexWithoutModelError: the index was built for full-text search only.
        ModelError: the model is missing, or an endpoint does not answer.
    """
    if request.mode != "words" and request.text:
        search_index().check_has_vectors()
        search_index().query_vector(text_to_embed(request.text, request.mode))


def needs_model(request: SearchRequest) -> bool:
    """Whether a search has to load the embedding model first, which takes seconds.

    Raises:
        IndexWithoutModelError: the index was built for full-text search only.
    """
    if request.mode == "words" or not request.text or search_index().is_model_loaded:
        return False
    search_index().check_has_vectors()
    return True


def restart() -> None:
    """Go to the first page of results and end a search for similar ones. For callbacks."""
    pagination.reset_page()
    query_params.set_params({"like": None, "like_turn": None, "page": None})


@lru_cache(RESULT_PAGES_CACHED)
def cached_results(
    request: SearchRequest,
    filters: Filters,
    row_limit: int,
    row_offset: int,
    path: Path,
    snapshot: Snapshot,
) -> SearchResults:
    """A page of results, computed once for each snapshot of a store."""
    store = open_stores.shared_store(path, snapshot)
    if request.like_id:
        return similar(
            store,
            filters,
            request.like_id,
            turn_number=request.like_turn,
            is_exact=request.is_exact,
            is_raw=request.is_raw,
            row_limit=row_limit,
            row_offset=row_offset,
        )
    return search(
        store,
        filters,
        request.text,
        mode=request.mode,
        role=request.role,
        is_exact=request.is_exact,
        is_raw=request.is_raw,
        row_limit=row_limit,
        row_offset=row_offset,
    )
