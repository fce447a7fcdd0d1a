"""The best message of each conversation, of a few messages and of random ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from queries.search.message_hits import MessageHits
from queries.search.ranked_conversations import best_per_conversation

RANKS = np.array([0, 0, 1, 2, 2, 2, 5], np.int32)


def best(messages, scores):
    hits = MessageHits(np.array(messages, np.int64), np.array(scores, np.float32))
    matched = best_per_conversation(hits, RANKS)
    columns = (matched.id_ranks, matched.scores, matched.messages)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_conversation_has_its_best_message_and_the_first_on_a_tie():
    assert best([0, 1, 2, 4, 5], [1.5, 2.5, 0.0, 3.0, 3.0]) == [
        (0, 2.5, 1),
        (1, 0.0, 2),
        (2, 3.0, 4),
    ]


def test_no_messages_are_no_conversations():
    assert best([], []) == []


@given(st.lists(st.floats(-10, 10, width=32), min_size=7, max_size=7))
def test_scores_may_be_negative(scores):
    expected = {}
    for message, rank in enumerate(RANKS.tolist()):
        if rank not in expected or scores[message] > expected[rank][0]:
            expected[rank] = (scores[message], message)
    matched = best(range(7), scores)
    assert [(rank, score) for rank, score, _ in matched] == [
        (rank, score) for rank, (score, _) in expected.items()
    ]
    assert all(scores[message] == score for _, score, message in matched)
