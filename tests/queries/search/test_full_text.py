"""Search by words: every message that a query finds, against a reading of all of them in Python."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns.overview import model_mix
from queries.filters import Filters
from queries.filters.filters import Complement, Intersection
from queries.search.full_text import matching_conversations, matching_messages
from queries.search.service import search
from queries.text.query_language import AllOf, AnyOf, Phrase, Prefix, Term, parse_query
from tests.support.query_trees import query_text, query_trees
from tests.support.searchable_texts import searchable_texts
from tests.support.word_oracle import message_line


@dataclass
class Reading:
    """Every message of a store as words, and what is known of its conversation."""

    words: list
    lines: list
    roles: list
    ranks: list
    conversations: dict

    def __post_init__(self):
        self.having = {}
        for number, line in enumerate(self.lines):
            for word in line.split():
                self.having.setdefault(word, set()).add(number)

    def matching(self, node):
        """Numbers of the messages that a query is about."""
        match node:
            case Term(text) | Phrase(text):
                words = split(text)
                with_all = set.intersection(*(self.having.get(word, set()) for word in words))
                return {n for n in with_all if f" {' '.join(words)} " in self.lines[n]}
            case Prefix(text):
                beginning = f" {' '.join(split(text))}"
                return {n for n, line in enumerate(self.lines) if beginning in line}
            case AnyOf(options):
                return set().union(*map(self.matching, options))
            case AllOf(wanted, unwanted):
                numbers = set.intersection(*map(self.matching, wanted))
                return numbers.difference(*map(self.matching, unwanted))

    def ranks_of(self, query, role="any"):
        return self.ranks_with(self.matching(parse_query(query)), role)

    def ranks_with(self, numbers, role):
        """Ranks of the conversations of those of the messages that have the role."""
        return {self.ranks[n] for n in numbers if role in ("any", self.roles[n])}


def split(text):
    return message_line(text).split("\n")[0].split()


def read(store):
    texts = searchable_texts(store.version)
    rows = pq.read_table(store.version.table("messages"), columns=["role", "id_rank"])
    roles, ranks = (rows[name].to_pylist() for name in rows.column_names)
    facts = pq.read_table(store.version.table("conversations")).to_pylist()
    return Reading(
        [split(text or "") for text in texts],
        [message_line(text or "") for text in texts],
        roles,
        ranks,
        {row["id_rank"]: row for row in facts},
    )


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
    *(
        "猫",
        "de la",
        "что",
        "привет OR как",
        "você",
        "l'heure",
        "ที่",
        "日本*",
        "你 OR 我",
        "self.it*",
        "l'he*",
    ),
    *("con*", "pro*", "re*", "comp*", "s*"),
]


def test_the_list_of_words_holds_every_word_once(index, reading):
    postings = index.masked_texts._plain
    listed = postings.words(range(postings.word_count))
    assert listed == sorted(set(listed))
    assert set(reading.having) - {"|"} <= set(listed)
    assert not any(word.isalnum() for word in set(listed) - set(reading.having))


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_the_messages_it_means(index, reading, query):
    numbers = matching_messages(index, parse_query(query)).messages.tolist()
    assert numbers == sorted(reading.matching(parse_query(query)))


@pytest.mark.parametrize("role", ["any", "user", "assistant"])
@pytest.mark.parametrize("query", ["the", "python -the", '"of the" OR recipe*', "zebrafish"])
def test_a_conversation_is_found_by_a_message_of_the_role(index, reading, query, role):
    hits = matching_conversations(index, query, role)
    assert hits.id_ranks.tolist() == sorted(reading.ranks_of(query, role))
    for rank, message in zip(hits.id_ranks, hits.messages, strict=True):
        assert reading.ranks[message] == rank
        assert role in ("any", reading.roles[message])


@pytest.fixture(scope="module")
def leaves(reading):
    by_count = sorted(reading.having, key=lambda word: (-len(reading.having[word]), word))
    plain = [word for word in by_count if split(word) == [word] and word.isalnum()]
    words = st.sampled_from(plain[:40]) | st.sampled_from(plain[:3_000])
    long = [number for number, words in enumerate(reading.words) if len(words) > 3]

    @st.composite
    def phrases(draw):
        line = reading.words[draw(st.sampled_from(long))]
        at = draw(st.integers(0, len(line) - 3))
        return Phrase(
            " ".join(w for w in line[at : at + draw(st.integers(1, 3))] if w != "|") or "a"
        )

    pairs = st.tuples(words, words).map(" ".join)
    prefixes = words.map(lambda word: word[:3]).filter(lambda word: split(word) == [word])
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
    node = data.draw(query_trees(leaves, leaf_count=8))
    query = query_text(node)
    hits = matching_messages(index, parse_query(query))
    expected = reading.matching(node)
    assert hits.messages.tolist() == sorted(expected)
    assert (hits.scores > 0).all()
    conversations = matching_conversations(index, query, role)
    assert conversations.id_ranks.tolist() == sorted(reading.ranks_with(expected, role))


@pytest.mark.parametrize("query", ["python", "the", "python function", "recipe OR python"])
def test_a_score_is_that_of_bm25_and_a_conversation_has_its_best(index, reading, query):
    count = len(reading.words)
    mean = sum(map(len, reading.words)) / count
    hits = matching_messages(index, parse_query(query))

    def score(number):
        words = reading.words[number]
        total = 0
        for word in set(query.lower().split()) - {"or"}:
            with_word, times = len(reading.having[word]), words.count(word)
            rarity = math.log(1 + (count - with_word + 0.5) / (with_word + 0.5))
            total += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(words) / mean))
        return total

    # Extra words count for the length of a message.
    assert hits.scores == pytest.approx([score(n) for n in hits.messages], rel=0.02)
    best = {}
    for number, scored in zip(hits.messages.tolist(), hits.scores.tolist(), strict=True):
        rank = reading.ranks[number]
        if rank not in best or scored > best[rank][0]:
            best[rank] = (scored, number)
    conversations = matching_conversations(index, query, "any")
    pairs = zip(conversations.scores.tolist(), conversations.messages.tolist(), strict=True)
    assert dict(zip(conversations.id_ranks.tolist(), pairs, strict=True)) == best


def _ranks_in_slice(store, slice_):
    mask = store.slice_mask(slice_)
    return set(np.flatnonzero(mask).tolist())


@pytest.mark.parametrize("role", [None, "user", "assistant"])
@pytest.mark.parametrize("query", ["the", "python -the", "zebrafish", '"of the" OR rec*', "ที่"])
def test_a_text_filter_keeps_the_conversations_it_means(indexed_store, reading, query, role):
    filters = Filters(text=query, text_role=role)
    expected = reading.ranks_of(query, role or "any")
    every = set(reading.conversations)
    assert _ranks_in_slice(indexed_store, filters) == expected
    assert _ranks_in_slice(indexed_store, Complement(filters)) == every - expected
    size = indexed_store.run("slice_size", filters).iloc[0]
    facts = [reading.conversations[rank] for rank in expected]
    assert size["conversation_count"] == len(expected)
    assert size["message_count"] == sum(fact["message_count"] for fact in facts)
    mix = model_mix(indexed_store, filters)
    counted = dict(zip(mix["model"], mix["conversation_count"], strict=True))
    assert counted == Counter(fact["model"] for fact in facts)
    classes = indexed_store.run("length_histogram", filters)
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
    assert _ranks_in_slice(indexed_store, filters) == others & with_words
    every = set(reading.conversations)
    assert _ranks_in_slice(indexed_store, Complement(filters)) == every - (others & with_words)
    both = Intersection(Filters(**fields), Complement(Filters(text="python", text_role="user")))
    assert _ranks_in_slice(indexed_store, both) == others - with_words


def _pages(store, filters, query, size, **options):
    first = search(store, filters, query, mode="words", row_limit=size, **options)
    pages = [first.rows]
    while sum(map(len, pages)) < first.total:
        offset = size * len(pages)
        page = search(
            store, filters, query, mode="words", row_limit=size, row_offset=offset, **options
        )
        assert page.total == first.total
        assert not page.rows.empty
        pages.append(page.rows)
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
        expected &= _ranks_in_slice(indexed_store, filters)
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
    hit_1001 = search(indexed_store, Filters(), "the", mode="words", row_limit=1, row_offset=1_000)
    last = search(indexed_store, Filters(), "the", mode="words", row_offset=total - 1)
    assert (len(hit_1001.rows), len(last.rows)) == (1, 1)
    assert hit_1001.rows["score"].item() > last.rows["score"].item() > 0
