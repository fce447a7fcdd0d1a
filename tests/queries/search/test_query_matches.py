"""Random words and phrases in every script of the sample, against a reading in plain Python."""

import pytest

from queries.filters import Filters
from queries.search.full_text import matching_messages
from queries.search.service import search
from queries.text.query_language import parse_query
from tests.support.searchable_texts import searchable_texts
from tests.support.word_oracle import (
    SCRIPTS,
    draw_phrases,
    draw_words,
    message_line,
    messages_with,
)

NOT_IN_SAMPLE = ("Greek", "Hebrew", "Devanagari")


@pytest.mark.parametrize("script", [name for name in SCRIPTS if name not in NOT_IN_SAMPLE])
def test_random_words_and_phrases_find_what_a_plain_reading_finds(indexed_store, script):
    index = indexed_store.search_index()
    texts = [text or "" for text in searchable_texts(indexed_store.version)]
    lines = [message_line(text) for text in texts]
    words = draw_words(texts, script, 60, seed=1)
    phrases = draw_phrases(texts, script, 20, seed=2)
    assert words
    assert phrases
    for query in words + phrases:
        hits = matching_messages(index, parse_query(f'"{query}"')).messages.tolist()
        assert hits == messages_with(query, lines), query


def test_a_search_in_an_empty_slice_finds_nothing(indexed_store):
    result = search(indexed_store, Filters(model=("no such model",)), "the", mode="words")
    assert (result.total, len(result.rows)) == (0, 0)
