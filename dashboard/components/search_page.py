"""What a search found: how many, the cards, the pages, their mix, and the slice they can become."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import formats, navigation, searching, session, sidebar
from dashboard.components.flagged_switch import show_flagged_switch, shows_flagged
from dashboard.components.search_mix import show_search_mix
from dashboard.components.search_results import show_search_results
from dashboard.paging import chosen_page, show_pages
from dashboard.searching import PAGE_ROWS, Asked
from queries.breakdowns import language_mix, model_mix
from queries.errors import IndexWithoutModelError, ModelError
from queries.filters import Filters
from queries.search.results import Found
from queries.search.worth import recall_sentence

_MIXED = 60
"""So many of the nearest results is their mix of: one look at the vector index finds them. For 100
there would be a second, wider one, which takes three times as long."""


def show_found(asked: Asked, filters: Filters) -> None:
    """Search and draw what was found."""
    asked = _possible(asked)
    total = searching.found(asked, filters, PAGE_ROWS, 0).total
    if not total:
        _show_nothing(asked, filters)
        return
    first = (chosen_page(-(-total // PAGE_ROWS)) - 1) * PAGE_ROWS
    found = searching.found(asked, filters, PAGE_ROWS, first)
    _show_count(asked, found, first, filters)
    left, right = st.columns([2.4, 1], gap="medium")
    with left:
        index = searching.index()
        is_uncovered = shows_flagged("uncover_results")
        show_search_results(
            found,
            index,
            first=first + 1,
            is_uncovered=is_uncovered,
            on_like=searching.ask_like if index.has_vectors else None,
        )
        show_pages(-(-total // PAGE_ROWS))
        if asked.mode != "words" or asked.like_id:
            facts = index.facts
            st.caption(formats.plain("Exact." if asked.is_exact else recall_sentence(facts)))
    with right:
        _show_mix(asked, found, filters)


def _possible(asked: Asked) -> Asked:
    """What can be searched for: by words alone where the model is not to be had, which is said."""
    try:
        searching.wait_for_model(asked)
    except (IndexWithoutModelError, ModelError) as error:
        if asked.mode != "both":
            raise
        st.warning(formats.plain(str(error)), icon=":material/model_training:")
        return replace(asked, mode="words")
    return asked


def _show_count(asked: Asked, found: Found, first: int, filters: Filters) -> None:
    last = first + len(found.rows)
    many = formats.conversations(found.total)
    many = f"the nearest {many}" if found.is_nearest else many
    kinds = ""
    if found.words_total is not None and found.words_total != found.total:
        kinds = f": {found.words_total:,} have the words, the others are near in meaning"
    with st.container(horizontal=True, vertical_alignment="center", key="search_count"):
        said = f"{first + 1:,}–{last:,} of {many}{kinds}"
        st.text(said, width="stretch")
        show_flagged_switch("Show flagged messages", "uncover_results")
        wanted = _as_slice(asked, filters)
        st.button(
            "Make this the slice",
            key="make_slice",
            icon=":material/filter_alt:",
            on_click=sidebar.seed,
            args=(wanted,),
            disabled=wanted in (None, filters),
            help=(
                "Keeps, on all pages, the conversations that the words find. Nearness has no "
                "edge: a search by meaning makes no slice. A slice has one search by words: take "
                "the words in its filters away first."
            ),
        )


def _as_slice(asked: Asked, filters: Filters) -> Filters | None:
    """The slice that just these results are, by their words; None where there is none."""
    if asked.mode == "meaning" or asked.like_id:
        return None
    role = None if asked.role == "any" else asked.role
    wanted = replace(filters, text=asked.text, text_role=role)
    return wanted if filters.text is None or wanted == filters else None


def _show_mix(asked: Asked, found: Found, filters: Filters) -> None:
    kept = _as_slice(asked, filters)
    if kept is not None and asked.mode == "words":
        mixes = {"model": session.rows(model_mix, kept)}
        mixes["language"] = session.rows(language_mix, kept)
        show_search_mix(mixes, f"All {formats.conversations(found.total)} by")
        return
    rows = searching.found(asked, filters, _MIXED, 0).rows
    mixes = {field: _counted(rows, field) for field in ("model", "language")}
    count = "result" if len(rows) == 1 else f"first {len(rows):,} results"
    show_search_mix(mixes, f"The {count} by")


def _counted(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    counts = rows[field].value_counts(dropna=False).rename_axis(field)
    return counts.reset_index(name="conversation_count")


def _show_nothing(asked: Asked, filters: Filters) -> None:
    inside = "" if filters == Filters() else " in this slice"
    has_words = searching.found(asked, Filters(), 1, 0).total > 0 if inside else False
    advice = "Take a filter away." if has_words else "Take a word away, or try other words."
    st.info(
        f"Nothing was found{inside}. {advice}",
        icon=":material/search_off:",
    )
    if inside:
        st.button("Clear all filters", on_click=sidebar.clear, key="clear_here")


def show_like(asked: Asked) -> None:
    """Say what results are like, and the way back to searching for a text."""
    with st.container(horizontal=True, vertical_alignment="center", key="like"):
        turn = f"turn {asked.like_turn:,} of " if asked.like_turn else ""
        st.markdown(
            f":material/near_me: Like {turn}conversation `{formats.plain(str(asked.like_id))[:40]}`"
            ", without itself and its repeats"
        )
        st.button("Search for a text instead", on_click=searching.clear, key="leave_like")
        navigation.show_way_to(str(asked.like_id))
