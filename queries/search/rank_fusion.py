"""Reciprocal rank fusion: the full-text and the semantic ranking combined into one."""

import numpy as np

from queries.search.ranked_conversations import RankedConversations

RRF_K = 60
"""The constant k of Cormack, Clarke and Büttcher (2009), SIGIR."""

WORDS_DEPTH = 1_000
MEANING_DEPTH = 200
"""How many results of each ranking are fused. Further full-text results follow in their order."""

_TIE_BREAK = 1e-4
"""Extra weight of the full-text ranking, so that it decides ties."""

_BELOW_ALL = 1e-4
"""Less than every fused score, of which the smallest is 1 / (RRF_K + WORDS_DEPTH)."""


def fuse_rankings(words: RankedConversations, meaning: RankedConversations) -> RankedConversations:
    """The conversations of both rankings, scored by the sum of 1 / (RRF_K + rank).

    Full-text search breaks ties, which ranked known items better than breaking them by id. A
    conversation in both rankings keeps its message from full-text search.
    """
    scores: dict[int, float] = {}
    messages: dict[int, int] = {}
    rankings = ((meaning.top(MEANING_DEPTH), 1.0), (words.top(WORDS_DEPTH), 1 + _TIE_BREAK))
    for ranking, weight in rankings:
        for row, id_rank in enumerate(ranking.id_ranks.tolist()):
            scores[id_rank] = scores.get(id_rank, 0.0) + weight / (RRF_K + row + 1)
            messages[id_rank] = int(ranking.messages[row])
    id_ranks = np.fromiter(scores, np.int32, len(scores))
    below = ~np.isin(words.id_ranks, id_ranks)
    highest = max(float(words.scores.max(initial=0)), 1e-9)
    return RankedConversations(
        np.concatenate([id_ranks, words.id_ranks[below]]),
        np.concatenate(
            [
                np.fromiter(scores.values(), np.float32, len(scores)),
                (words.scores[below] / highest * _BELOW_ALL).astype(np.float32),
            ]
        ),
        np.concatenate(
            [np.fromiter(messages.values(), np.int32, len(messages)), words.messages[below]]
        ),
    )
