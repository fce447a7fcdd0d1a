"""A note beside results in languages that the model of the index does not serve well."""

import streamlit as st

from dashboard import formats
from dashboard.state import search_request
from dashboard.state.search_request import SearchRequest
from queries.filters import Filters
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.search.language_quality import language_note
from queries.text.language_guess import guess_language

_NO_LANGUAGES = (ANY_GIVEN, NONE_GIVEN, "unknown")


def show_language_note(request: SearchRequest, filters: Filters) -> None:
    """Say where a search by meaning is in a language that is not served well, and offer words.

    That is a language of the slice, or the one that the query seems to be in.
    """
    index = search_request.search_index()
    is_by_words = request.mode == "words" and not request.like_id
    if is_by_words or not index.has_vectors:
        return
    guess = guess_language(request.text)
    languages = [name for name in filters.language if name not in _NO_LANGUAGES]
    note = language_note(index.manifest["model"]["name"], [*languages, *([guess] if guess else [])])
    if note is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="language_note"):
        st.info(formats.escape_markdown(note), icon=":material/translate:")
        if request.text:
            st.button(
                "Search by words",
                key="words_instead",
                icon=":material/match_word:",
                on_click=search_request.search_by_words,
            )
