"""Stored rankings of words, pairs and beginnings, against the messages that a search scores."""

import random
from contextlib import nullcontext

import numpy as np
import pytest

from queries.prepare.index import pair_writer, ranking_writer
from queries.prepare.index.pair_writer import write_common_pairs
from queries.prepare.index.ranking_writer import write_rankings
from queries.search.query_matches import messages_of_query, stored_ranking
from queries.search.text_index import TextIndex
from queries.text.query_language import parse_query
from tests.support.word_index import write_index

VOCABULARY = ("the", "them", "there", "a", "à", "sea", "séa", "sun", "sung", "日本", "x")
QUERIES = (
    "the",
    "a",
    "sea",
    "x",
    '"the sea"',
    '"a a"',
    '"sea the"',
    "th*",
    "the*",
    "su*",
    "a*",
    "日*",
    '"x 日"',
)
CONVERSATIONS = 40


@pytest.fixture(scope="module")
def random_index(tmp_path_factory):
    """Random messages in the order of their conversations, some of which have none."""
    draw = random.Random(3)
    texts = [" ".join(draw.choices(VOCABULARY, k=draw.randrange(9))) for _ in range(120)]
    id_ranks = np.array(sorted(draw.choices(range(CONVERSATIONS), k=len(texts))), np.int32)
    folder = tmp_path_factory.mktemp("index")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_writer, "COMMON_POSTINGS", 10)
        patch.setattr(ranking_writer, "RANKED_POSTINGS", 5)
        patch.setattr(ranking_writer, "RANKED_PAIR_POSTINGS", 5)
        patch.setattr(ranking_writer, "RANKED_BEGINNING_POSTINGS", 5)
        patch.setattr(ranking_writer, "BEST_MIN", 20)
        write_index(folder, texts)
        write_common_pairs(folder, len(texts))
        write_rankings(folder, id_ranks, CONVERSATIONS)
    return TextIndex(folder, nullcontext), id_ranks


def in_plain_python(index, id_ranks, query, kept):
    """Each conversation with the score and the number of its best message, best first."""
    hits = messages_of_query(index, parse_query(query))
    best = {}
    for message, score in zip(hits.messages.tolist(), hits.scores.tolist(), strict=True):
        rank = int(id_ranks[message])
        if rank in kept and (rank not in best or score > best[rank][0]):
            best[rank] = (score, message)
    rows = [(rank, score, message) for rank, (score, message) in best.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kept", [range(CONVERSATIONS), range(0, CONVERSATIONS, 3)])
def test_a_stored_ranking_has_the_total_and_the_best_conversations(random_index, query, kept):
    index, id_ranks = random_index
    expected = in_plain_python(index, id_ranks, query, kept)
    mask = None if len(kept) == CONVERSATIONS else np.isin(np.arange(CONVERSATIONS), kept)
    stored = stored_ranking(index, parse_query(query))
    assert stored is not None
    best, total = stored.top(2, mask)
    assert total == len(expected)
    columns = (best.id_ranks, best.scores, best.messages)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == expected[:2]


def test_more_conversations_than_are_stored_are_not_answered(random_index):
    index, _ = random_index
    stored = stored_ranking(index, parse_query("the"))
    assert stored.total > 20
    assert stored.top(20, None) is not None
    assert stored.top(21, None) is None
    assert stored.top(1, np.zeros(CONVERSATIONS, bool))[1] == 0


@pytest.mark.parametrize("query", ["à", "=the", "séa", "the sea", "the OR sea"])
def test_other_queries_have_no_stored_ranking(random_index, query):
    index, _ = random_index
    assert stored_ranking(index, parse_query(query)) is None


def test_nothing_is_stored_where_no_word_is_common(tmp_path):
    write_index(tmp_path, ["a cat", "a dog"])
    write_rankings(tmp_path, np.array([0, 1], np.int32), 2)
    assert not (tmp_path / "rankings").exists()
