"""Search by words: every message that a query finds, against a reading of all of them in Python."""

import math
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns import model_mix
from queries.filters import Both, Filters, Rest
from queries.search.language import AllOf, AnyOf, Phrase, Prefix, Term, parsed_query
from queries.search.results import search
from queries.search.words import conversations_with, messages_with
from tests.test_search_language import trees, written

_ASCII_WORDS = re.compile(
    r"[a-z0-9_]+(?:(?:(?<=[a-z_])['.](?=[a-z])|(?<=[0-9])['.,;](?=[0-9]))[a-z0-9_]+)*"
)


def ascii_words(text):
    """The words of an ASCII text: an apostrophe or a dot between letters or digits joins them."""
    return [word for word in _ASCII_WORDS.findall(text.lower()) if word.strip("_")]


@dataclass
class Reading:
    """Every message of a store as words, and what is known of its conversation."""

    words: list
    roles: list
    ranks: list
    conversations: dict
    split: object

    def __post_init__(self):
        self.lines = [f" {' '.join(words)} " for words in self.words]
        self.having = {}
        for number, words in enumerate(self.words):
            for word in words:
                self.having.setdefault(word, set()).add(number)

    def found(self, node):
        """Numbers of the messages that a query is about."""
        match node:
            case Term(text) | Phrase(text):
                said = self.split(text)
                with_all = set.intersection(*(self.having.get(word, set()) for word in said))
                return {n for n in with_all if f" {' '.join(said)} " in self.lines[n]}
            case Prefix(text):
                (start,) = self.split(text)
                begun = [word for word in self.having if word.startswith(start)]
                return set().union(*(self.having[word] for word in begun))
            case AnyOf(options):
                return set().union(*map(self.found, options))
            case AllOf(wanted, unwanted):
                kept = set.intersection(*map(self.found, wanted))
                return kept.difference(*map(self.found, unwanted))

    def ranks_of(self, query, role="any"):
        return self.ranks_with(self.found(parsed_query(query)), role)

    def ranks_with(self, numbers, role):
        """Ranks of the conversations of those of the messages that have the role."""
        return {self.ranks[n] for n in numbers if role in ("any", self.roles[n])}


def read(store):
    index = store.search_index()
    rows = pq.read_table(store.version.table("messages")).select(["text", "role", "id_rank"])
    texts, roles, ranks = (rows[name].to_pylist() for name in rows.column_names)
    facts = pq.read_table(store.version.table("conversations")).to_pylist()

    def split(text):
        return ascii_words(text) if text.isascii() else index.words_of(text)

    words = [split(text or "") for text in texts]
    return Reading(words, roles, ranks, {row["id_rank"]: row for row in facts}, split)


@pytest.fixture(scope="module")
def reading(indexed_store):
    return read(indexed_store)


@pytest.fixture(scope="module")
def index(indexed_store):
    return indexed_store.search_index()


QUERIES = [
    *("the", "THE", "python", "itinerary", "zebrafish", "1", "don't", "example.com", "3.14"),
    *("the and is", "python function", "Python JavaScript", "the zebrafish", "cat cat"),
    *("python OR recipe", "zebrafish OR python", "the OR a OR of", "cat OR dog food"),
    *('"of the"', '"in the same"', '"the of"', '"zebrafish the"', '"how do i"', '"the"'),
    *('"of the" OR "in the"', '"of the" "in the"', '"Write a" python', "self.items.pop"),
    *("pyth*", "th*", "the* -them", "con* pro*", "zebraf*", "1*", "python* OR recipe*"),
    *("the -a", "python -the", "the -python -recipe", "the -the", '-"of the" of', "a* -b*"),
    *("(python OR recipe) (write OR make) -(story poem)", "the -(a -(of OR in))"),
    *('((cat OR dog) -bird) OR ("of the" sun*)', "state-of-the-art", "jo@example.com"),
    *("猫", "de la", "что", "привет OR как", "você", "l'heure", "ที่", "日本*", "你 OR 我"),
]


def test_ascii_texts_have_the_words_that_a_regular_expression_finds(indexed_store, index):
    texts = pq.read_table(indexed_store.version.table("messages"))["text"].to_pylist()
    texts = [text for text in texts if text.isascii()][::10]
    assert len(texts) > 500
    assert [index.words_of(text) for text in texts] == [ascii_words(text) for text in texts]


def test_the_list_of_words_holds_every_word_once(index, reading):
    listed = index._database.open_table("words").to_arrow()["word"].to_pylist()
    assert sorted(listed) == sorted(reading.having)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_the_messages_it_means(index, reading, query):
    found = messages_with(index, parsed_query(query)).messages.tolist()
    assert found == sorted(reading.found(parsed_query(query)))


@pytest.mark.parametrize("role", ["any", "user", "assistant"])
@pytest.mark.parametrize("query", ["the", "python -the", '"of the" OR recipe*', "zebrafish"])
def test_a_conversation_is_found_by_a_message_of_the_role(index, reading, query, role):
    found = conversations_with(index, query, role)
    assert found.id_ranks.tolist() == sorted(reading.ranks_of(query, role))
    for rank, message in zip(found.id_ranks, found.messages, strict=True):
        assert reading.ranks[message] == rank
        assert role in ("any", reading.roles[message])


@pytest.fixture(scope="module")
def leaves(reading):
    by_count = sorted(reading.having, key=lambda word: (-len(reading.having[word]), word))
    plain = [word for word in by_count if ascii_words(word) == [word]]
    words = st.sampled_from(plain[:40]) | st.sampled_from(plain[:3_000])
    long = [number for number, words in enumerate(reading.words) if len(words) > 3]

    @st.composite
    def phrases(draw):
        said = reading.words[draw(st.sampled_from(long))]
        at = draw(st.integers(0, len(said) - 3))
        return Phrase(" ".join(said[at : at + draw(st.integers(1, 3))]))

    pairs = st.tuples(words, words).map(" ".join)
    prefixes = words.map(lambda word: word[:3]).filter(lambda word: ascii_words(word) == [word])
    return (
        st.builds(Term, words)
        | st.builds(Prefix, prefixes)
        | phrases()
        | st.builds(Phrase, pairs)
        | st.builds(Term, pairs.map(lambda pair: pair.replace(" ", "/")))
    )


@given(data=st.data(), role=st.sampled_from(["any", "user", "assistant"]))
@settings(max_examples=100, deadline=None)
def test_any_query_finds_what_it_means(index, reading, leaves, data, role):
    node = data.draw(trees(leaves, leaf_count=8))
    query = written(node)
    hits = messages_with(index, parsed_query(query))
    expected = reading.found(node)
    assert hits.messages.tolist() == sorted(expected)
    assert (hits.scores > 0).all()
    found = conversations_with(index, query, role)
    assert found.id_ranks.tolist() == sorted(reading.ranks_with(expected, role))


@pytest.mark.parametrize("query", ["python", "the", "python function", "recipe OR python"])
def test_a_score_is_that_of_bm25_and_a_conversation_has_its_best(index, reading, query):
    count = len(reading.words)
    mean = sum(map(len, reading.words)) / count
    hits = messages_with(index, parsed_query(query))

    def score(number):
        said = reading.words[number]
        total = 0
        for word in set(query.lower().split()) - {"or"}:
            with_word, times = len(reading.having[word]), said.count(word)
            rarity = math.log(1 + (count - with_word + 0.5) / (with_word + 0.5))
            total += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(said) / mean))
        return total

    # The index keeps lengths in steps of up to an eighth.
    assert hits.scores == pytest.approx([score(n) for n in hits.messages], rel=0.08)
    best = {}
    for number, scored in zip(hits.messages.tolist(), hits.scores.tolist(), strict=True):
        rank = reading.ranks[number]
        if rank not in best or scored > best[rank][0]:
            best[rank] = (scored, number)
    found = conversations_with(index, query, "any")
    pairs = zip(found.scores.tolist(), found.messages.tolist(), strict=True)
    assert dict(zip(found.id_ranks.tolist(), pairs, strict=True)) == best


def _kept(store, slice_):
    mask = store.mask(slice_)
    return set(np.flatnonzero(mask).tolist())


@pytest.mark.parametrize("role", [None, "user", "assistant"])
@pytest.mark.parametrize("query", ["the", "python -the", "zebrafish", '"of the" OR rec*', "ที่"])
def test_a_text_filter_keeps_the_conversations_it_means(indexed_store, reading, query, role):
    filters = Filters(text=query, text_role=role)
    expected = reading.ranks_of(query, role or "any")
    every = set(reading.conversations)
    assert _kept(indexed_store, filters) == expected
    assert _kept(indexed_store, Rest(filters)) == every - expected
    size = indexed_store.run("slice_size", filters).iloc[0]
    facts = [reading.conversations[rank] for rank in expected]
    assert size["conversation_count"] == len(expected)
    assert size["message_count"] == sum(fact["message_count"] for fact in facts)
    mix = model_mix(indexed_store, filters)
    counted = dict(zip(mix["model"], mix["conversation_count"], strict=True))
    assert counted == Counter(fact["model"] for fact in facts)
    classes = indexed_store.run("length_classes", filters)
    in_slice = [n for n, rank in enumerate(reading.ranks) if rank in expected]
    assert classes["message_count"].sum() == len(in_slice)


@pytest.mark.parametrize(
    ("fields", "is_kept"),
    [
        ({"language": ("English",)}, lambda fact: fact["language"] == "English"),
        ({"min_turns": 2}, lambda fact: fact["turn_count"] >= 2),
        ({"flagged": "none"}, lambda fact: not fact["is_flagged"]),
        ({"model": ("no such model",)}, lambda fact: False),
    ],
)
def test_a_text_filter_joins_other_filters(indexed_store, reading, fields, is_kept):
    others = {rank for rank, fact in reading.conversations.items() if is_kept(fact)}
    with_words = reading.ranks_of("python", "user")
    filters = Filters(text="python", text_role="user", **fields)
    assert _kept(indexed_store, filters) == others & with_words
    every = set(reading.conversations)
    assert _kept(indexed_store, Rest(filters)) == every - (others & with_words)
    both = Both(Filters(**fields), Rest(Filters(text="python", text_role="user")))
    assert _kept(indexed_store, both) == others - with_words


def _pages(store, filters, query, size, **options):
    first = search(store, filters, query, mode="words", row_limit=size, **options)
    pages = [first.rows]
    while sum(map(len, pages)) < first.total:
        offset = size * len(pages)
        found = search(
            store, filters, query, mode="words", row_limit=size, row_offset=offset, **options
        )
        assert found.total == first.total
        assert not found.rows.empty
        pages.append(found.rows)
    return first.total, [row for page in pages for row in page.to_dict("records")]


@pytest.mark.parametrize(
    ("query", "role", "filters", "size"),
    [
        ("the", "any", Filters(), 333),
        ("the OR a", "assistant", Filters(language=("English",)), 500),
        ("python", "user", Filters(), 7),
        ("python", "any", Filters(text="the", min_turns=2), 10),
    ],
)
def test_pages_of_a_search_show_every_conversation_once_in_order(
    indexed_store, reading, query, role, filters, size
):
    total, rows = _pages(indexed_store, filters, query, size, role=role)
    expected = reading.ranks_of(query, role)
    if filters != Filters():
        expected &= _kept(indexed_store, filters)
    assert sorted(row["id_rank"] for row in rows) == sorted(expected)
    assert total == len(expected)
    ids = [(-row["score"], row["conversation_id"]) for row in rows]
    assert ids == sorted(ids)
    beyond = search(
        indexed_store, filters, query, mode="words", role=role, row_offset=total, row_limit=5
    )
    assert (beyond.total, len(beyond.rows)) == (total, 0)


def test_the_1001st_result_and_the_last_can_be_reached(indexed_store, reading):
    total = len(reading.ranks_of("the"))
    assert total > 1_001
    one = search(indexed_store, Filters(), "the", mode="words", row_limit=1, row_offset=1_000)
    last = search(indexed_store, Filters(), "the", mode="words", row_offset=total - 1)
    assert (len(one.rows), len(last.rows)) == (1, 1)
    assert one.rows["score"].item() > last.rows["score"].item() > 0


def test_a_search_in_an_empty_slice_finds_nothing(indexed_store):
    found = search(indexed_store, Filters(model=("no such model",)), "the", mode="words")
    assert (found.total, len(found.rows)) == (0, 0)
