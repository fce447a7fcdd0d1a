"""Words and sequences of words in a few messages, with and without accents, counted by hand."""

from contextlib import nullcontext

import numpy as np
import pytest

from queries.prepare.index import pair_writer
from queries.prepare.index.pair_writer import write_common_pairs
from queries.search import word_postings
from queries.search.query_matches import messages_of_query
from queries.search.text_index import SoughtWord, TextIndex
from queries.text.query_language import parse_query
from tests.support.word_index import write_index

TEXTS = [
    "un café au lait",
    "the cafe, the Café and the cafés",
    "resume or résumé of a cafeteria",
    "a cafe à la carte",
    "",
    "日本 語 と 日本語",
    "C++ 🍵 tea",
]


@pytest.fixture(
    scope="module", params=[(1, None), (10**6, None), (10**6, 1)], ids=["shares", "whole", "pairs"]
)
def index(request, tmp_path_factory):
    at_once, common = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_postings, "POSTINGS_AT_ONCE", at_once)
        folder = tmp_path_factory.mktemp("index")
        write_index(folder, TEXTS)
        if common:
            patch.setattr(pair_writer, "COMMON_POSTINGS", common)
            write_common_pairs(folder, len(TEXTS))
        opened = TextIndex(folder, nullcontext)
        assert (opened.pairs is not None) == bool(common)
        yield opened


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (SoughtWord("the"), {1: 3}),
        (SoughtWord("cafe"), {0: 1, 1: 2, 3: 1}),
        (SoughtWord("cafe", "cafe"), {1: 1, 3: 1}),
        (SoughtWord("cafe", "café"), {0: 1, 1: 1}),
        (SoughtWord("a", "a"), {2: 1, 3: 1}),
        (SoughtWord("a", "à"), {3: 1}),
        (SoughtWord("lait", "làit"), {}),
        (SoughtWord("nothing"), {}),
        (SoughtWord("caf", None, True), {0: 1, 1: 3, 2: 1, 3: 1}),
        (SoughtWord("caf", "caf", True), {0: 1, 1: 3, 2: 1, 3: 1}),
        (SoughtWord("cafe", "café", True), {0: 1, 1: 2}),
        (SoughtWord("cafe", "cafe", True), {1: 1, 2: 1, 3: 1}),
        (SoughtWord("re", "ré", True), {2: 1}),
        (SoughtWord("日"), {5: 2}),
        (SoughtWord("c++"), {6: 1}),
    ],
)
def test_each_message_has_a_word_so_often(index, word, expected):
    matched = index.frequencies(word)
    assert dict(zip(matched.messages.tolist(), matched.counts.tolist(), strict=True)) == expected
    occurrences = index.occurrences(word)
    assert len(occurrences) == sum(expected.values())
    assert (np.diff(occurrences) > 0).all()
    assert set((occurrences >> 32).tolist()) == set(expected)


def test_places_are_looked_up_in_some_messages_alone(index):
    among = np.array([3, 4])
    assert index.occurrences(SoughtWord("cafe"), among).tolist() == [(3 << 32) + 1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"un cafe"', [0]),
        ('="un cafe"', []),
        ('="un café"', [0]),
        ('"the cafe"', [1]),
        ("caf* the", [1]),
        ('"cafe the"', [1]),
        ('"the the"', []),
        ('"a cafe a la"', [3]),
        ('"a cafe a la carte"', [3]),
        ('"cafe a la lait"', []),
        ('"café the"', [1]),
        ('"lait un"', []),
        ("日本", [5]),
        ("日本語", [5]),
        ('"日本 語"', [5]),
        ('"本日"', []),
        ("C++", [6]),
        ("🍵 tea", [6]),
        ("cafe -the -lait", [3]),
        ("of OR lait", [0, 2]),
    ],
)
def test_a_query_finds_its_messages(index, query, expected):
    assert messages_of_query(index, parse_query(query)).messages.tolist() == expected


@pytest.mark.parametrize(
    ("query", "first"), [("cafe", {1, 3}), ("café", {0, 1}), ('"a la"', set()), ('"à la"', {3})]
)
def test_messages_with_the_same_accents_are_above_all_others(index, query, first):
    hits = messages_of_query(index, parse_query(query))
    order = hits.messages[np.argsort(-hits.scores)].tolist()
    assert set(order[: len(first)]) == first


def test_an_index_without_messages_finds_nothing(tmp_path):
    write_index(tmp_path, [])
    empty = TextIndex(tmp_path, nullcontext)
    for query in ("a", '"a b"', "a*", "a b", "=é", "a -b"):
        assert messages_of_query(empty, parse_query(query)).messages.tolist() == []
