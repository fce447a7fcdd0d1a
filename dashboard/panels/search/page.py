"""The results of a search: their number, cards, pages and mix, and a button to filter by them."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components import page_links
from dashboard.components.flagged_switch import is_showing_flagged, show_flagged_switch
from dashboard.components.index_progress import is_build_under_way
from dashboard.components.pagination import show_pagination
from dashboard.panels.search.language_note import show_language_note
from dashboard.panels.search.near_cut import JSON_LINES, show_near_cut
from dashboard.panels.search.result_cards import show_search_results
from dashboard.panels.search.result_mix import show_result_mix
from dashboard.process.index_builder import progress_under_way
from dashboard.process.public_errors import public_text
from dashboard.state import filter_state, search_request, session
from dashboard.state.pagination import current_page_number
from dashboard.state.search_request import RESULT_ROWS, SearchRequest
from queries.breakdowns.overview import language_mix, model_mix
from queries.errors import IndexWithoutModelError, ModelError
from queries.filters import Filters
from queries.search.index_summary import quick_sentence, recall_sentence
from queries.search.service import SearchResults
from queries.search.similarity_floor import nothing_near

_MIXED = 60
"""Nearest results whose mix is shown. One query of the vector index finds so many; 100 would need a
second, wider query and take three times as long."""


def show_results(request: SearchRequest, filters: Filters) -> None:
    """Search and draw the results.

    Args:
        request: what to search for.
        filters: the slice to search in.
    """
    with st.container():
        request = _supported(request)
    total = search_request.search_results(request, filters, RESULT_ROWS, 0).total
    if not total:
        _show_nothing(request, filters)
        return
    first = (current_page_number(-(-total // RESULT_ROWS)) - 1) * RESULT_ROWS
    results = search_request.search_results(request, filters, RESULT_ROWS, first)
    _show_count(request, results, first, filters)
    with st.container():
        show_near_cut(request, results, first, filters)
        show_language_note(request, filters)
        _show_whether_near(request, results)
    left, right = st.columns([2.4, 1], gap="medium")
    with left:
        index = search_request.search_index()
        is_uncovered = is_showing_flagged("uncover_results")
        show_search_results(
            results,
            first=first + 1,
            is_uncovered=is_uncovered,
            on_like=search_request.search_similar if index.has_vectors else None,
        )
        show_pagination(-(-total // RESULT_ROWS))
        if request.mode != "words" or request.like_id:
            facts = index.manifest
            sentences = [
                quick_sentence(facts, progress_under_way()) or "",
                "Exact." if request.is_exact else recall_sentence(facts),
            ]
            st.caption(formats.escape_markdown(" ".join(filter(None, sentences))))
    with right:
        _show_mix(request, results, filters)


def _show_whether_near(request: SearchRequest, results: SearchResults) -> None:
    """Say so if none of the similar messages on this page is near."""
    if not request.like_id or results.rows.empty:
        return
    model = search_request.search_index().manifest.get("model")
    if note := nothing_near(float(results.rows["similarity"].max()), model):
        st.info(formats.escape_markdown(note), icon=":material/near_me_disabled:")


def _supported(request: SearchRequest) -> SearchRequest:
    """The request, reduced to words with a warning if the embedding model cannot be used."""
    try:
        if search_request.needs_model(request):
            _load_model()
        search_request.embed_query(request)
    except (IndexWithoutModelError, ModelError) as error:
        if request.mode != "both":
            raise
        # While it is being built, its progress says so.
        if not is_build_under_way():
            st.warning(
                formats.escape_markdown(public_text(error)), icon=":material/model_training:"
            )
        return replace(request, mode="words")
    return request


def _load_model() -> None:
    """Load the embedding model, with a notice meanwhile."""
    notice = st.empty()
    notice.info(
        "The model is being loaded. The first semantic search takes a few seconds longer.",
        icon=":material/hourglass_top:",
    )
    try:
        search_request.search_index().load_model()
    finally:
        notice.empty()


def _show_count(
    request: SearchRequest, results: SearchResults, first: int, filters: Filters
) -> None:
    last = first + len(results.rows)
    count = formats.conversations(results.total)
    count = f"the nearest {count}" if results.is_nearest else count
    breakdown = ""
    if results.words_total is not None and results.words_total != results.total:
        breakdown = f": {results.words_total:,} contain the words, the others are close in meaning"
    with st.container(horizontal=True, vertical_alignment="center", key="search_count"):
        st.text(f"{first + 1:,}–{last:,} of {count}{breakdown}", width="stretch")
        show_flagged_switch("Show flagged messages", "uncover_results")
        if request.mode == "meaning" or request.like_id:
            return
        slice_ = _as_slice(request, filters)
        if slice_ is not None and request.mode == "words":
            page_links.show_slice_page_link("export", "Export", slice_, JSON_LINES)
        st.button(
            "Filter by this search",
            key="make_slice",
            icon=":material/filter_alt:",
            on_click=filter_state.set_filters,
            args=(slice_,),
            disabled=slice_ in (None, filters),
            help=(
                "Shows only conversations that contain the words, on all pages. A slice has one "
                "text filter: remove the present one first."
            ),
        )


def _as_slice(request: SearchRequest, filters: Filters) -> Filters | None:
    """The filters that keep exactly the results of a search by words; None if there are none."""
    # The filter finds words in masked texts only.
    if request.mode == "meaning" or request.like_id or request.is_raw:
        return None
    role = None if request.role == "any" else request.role
    slice_ = replace(filters, text=request.text, text_role=role)
    return slice_ if filters.text is None or slice_ == filters else None


def _show_mix(request: SearchRequest, results: SearchResults, filters: Filters) -> None:
    slice_ = _as_slice(request, filters)
    if slice_ is not None and request.mode == "words":
        mixes = {"model": session.rows(model_mix, slice_)}
        mixes["language"] = session.rows(language_mix, slice_)
        show_result_mix(mixes, f"All {formats.conversations(results.total)} by")
        return
    rows = search_request.search_results(request, filters, _MIXED, 0).rows
    mixes = {field: _value_counts(rows, field) for field in ("model", "language")}
    count = "result" if len(rows) == 1 else f"first {len(rows):,} results"
    show_result_mix(mixes, f"The {count} by")


def _value_counts(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    counts = rows[field].value_counts(dropna=False).rename_axis(field)
    return counts.reset_index(name="conversation_count")


def _show_nothing(request: SearchRequest, filters: Filters) -> None:
    inside = "" if filters == Filters() else " in this slice"
    has_words = (
        search_request.search_results(request, Filters(), 1, 0).total > 0 if inside else False
    )
    advice = "Remove a filter." if has_words else "Remove a word, or try other words."
    st.info(
        f"No results{inside}. {advice}",
        icon=":material/search_off:",
    )
    if inside:
        st.button("Clear all filters", on_click=filter_state.clear_filters, key="clear_here")


def show_similar_header(request: SearchRequest) -> None:
    """Draw the conversation that results are similar to, and a button to leave this search."""
    with st.container(horizontal=True, vertical_alignment="center", key="like"):
        turn = f"turn {request.like_turn:,} of " if request.like_turn else ""
        st.markdown(
            f":material/near_me: Similar to {turn}conversation "
            f"`{formats.escape_markdown(str(request.like_id))[:40]}`"
            ", except itself and its repeats"
        )
        st.button("Search for text instead", on_click=search_request.clear, key="leave_like")
        page_links.show_conversation_link(str(request.like_id))
