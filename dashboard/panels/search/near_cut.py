"""The cut that makes results by meaning a set: keep them as a filter, or export them."""

import math
from dataclasses import replace

import streamlit as st

from dashboard import formats
from dashboard.components import page_links
from dashboard.state import deferred, filter_state, session
from dashboard.state.search_request import SearchRequest
from queries.breakdowns.overview import slice_size
from queries.filters import Filters
from queries.filters.near import Near, parse_near
from queries.filters.values import NUMBER_MAX
from queries.search.service import SearchResults, text_to_embed
from queries.store.model_hash import model_hash

JSON_LINES = [("shape", "published"), ("export_format", "jsonl")]
"""Parameters of the page Export: whole conversations as JSON lines."""

_CUTS = {"least": "Similarity at least", "top": "Nearest"}
_DEFAULTS_OF = "near_defaults_of"


def show_near_cut(
    request: SearchRequest, results: SearchResults, first: int, filters: Filters
) -> None:
    """Draw the cut, how many conversations it keeps, and what can be done with them.

    Nothing is drawn for a search by words.

    Args:
        request: the search.
        results: the page of results that is shown.
        first: the number of results before it.
        filters: the slice that was searched.
    """
    if request.like_id:
        source = Near(request.like_id, turn=request.like_turn or 0)
    elif request.mode == "words":
        return
    else:
        source = Near(" ".join(text_to_embed(request.text, request.mode).split()))
    similarities = results.rows["similarity"].dropna()
    if not source.text or similarities.empty:
        return
    _set_defaults(request, first, float(similarities.min()), first + len(results.rows))
    with st.container(horizontal=True, vertical_alignment="bottom", key="near_cut"):
        model = model_hash(session.store().index_facts)
        near = _show_cut(source).with_model(model)
        slice_ = replace(filters, near=str(near))
        # Another text would drop the filter within which these results were found.
        is_other = filters.near is not None and parse_near(filters.near).source != source.source
        st.button(
            "Keep as a filter",
            key="keep_near",
            icon=":material/filter_alt:",
            on_click=filter_state.set_filters,
            args=(slice_,),
            disabled=is_other or slice_ == filters,
            help=(
                "Shows only these conversations, on all pages. A slice has one filter by meaning: "
                "remove the present one first."
            ),
        )
        if not is_other:
            page_links.show_slice_page_link("export", "Export", slice_, JSON_LINES)
        count = st.empty()
    count.caption("Counting …")
    deferred.defer(lambda: _show_count(count, near, slice_, filters))


def _set_defaults(request: SearchRequest, first: int, least: float, top: int) -> None:
    """Give the widgets the cut after the last result shown, where another page is shown."""
    is_new = st.session_state.get(_DEFAULTS_OF) != (request, first)
    defaults = {
        "near_by": "least",
        # Rounded down, so that no result shown is left out.
        "near_least": math.floor(least * 100) / 100,
        "near_top": top,
    }
    for key, value in defaults.items():
        if key not in st.session_state or (is_new and key != "near_by"):
            st.session_state[key] = value
    st.session_state[_DEFAULTS_OF] = (request, first)


def _show_cut(source: Near) -> Near:
    """Draw the widgets of the cut; returns the source with it."""
    by = st.segmented_control(
        "Cut results by meaning at",
        list(_CUTS),
        key="near_by",
        format_func=_CUTS.__getitem__,
        required=True,
        help=(
            "The similarity is the cosine of the vectors of your text and of the nearest user "
            "message. Nearest counts conversations of the whole store, whatever the filters keep."
        ),
    )
    if by == "top":
        top = st.number_input("Conversations", 1, NUMBER_MAX, step=1, key="near_top", width=130)
        return replace(source, top=int(top))
    least = st.number_input(
        "Similarity, 0 to 1", 0.0, 1.0, step=0.01, format="%.2f", key="near_least", width=130
    )
    return replace(source, least=round(float(least), 2))


def _show_count(place: object, near: Near, slice_: Filters, filters: Filters) -> None:
    kept = int(session.rows(slice_size, slice_)["conversation_count"].iloc[0])
    within = replace(filters, near=None)
    of = "" if within == Filters() else " in this slice"
    nearest = f" The {near.top:,} nearest are of the whole store." if near.top and of else ""
    place.caption(f"Keeps {formats.conversations(kept)}{of}.{nearest}")  # type: ignore[attr-defined]
