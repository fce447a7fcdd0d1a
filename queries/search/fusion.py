"""Two orders of results as one: reciprocal rank fusion."""

import numpy as np

from queries.search.words import Ranked

RRF_K = 60
"""The constant of Cormack, Clarke and Büttcher (2009), SIGIR."""

WORDS_DEPTH = 1_000
MEANING_DEPTH = 200
"""So far down do the two orders count; what words find below comes after, in its own order."""

_TIE = 1e-4
"""Of two that stand first in one order and second in the other, the first by words is first."""

_BELOW_ALL = 1e-4
"""Below every fused score, the least of which is 1 / (RRF_K + WORDS_DEPTH)."""


def fused(words: Ranked, meaning: Ranked) -> Ranked:
    """Every conversation that either finds, with the sum of 1 / (RRF_K + place) as its score.

    Equal scores are told apart by the order of the words, measured on known items: with ids it was
    worse. The message of one that both find is the one that has the words.
    """
    scores: dict[int, float] = {}
    messages: dict[int, int] = {}
    orders = ((meaning.top(MEANING_DEPTH), 1.0), (words.top(WORDS_DEPTH), 1 + _TIE))
    for order, weight in orders:
        for place, rank in enumerate(order.id_ranks.tolist()):
            scores[rank] = scores.get(rank, 0.0) + weight / (RRF_K + place + 1)
            messages[rank] = int(order.messages[place])
    ranks = np.fromiter(scores, np.int32, len(scores))
    below = ~np.isin(words.id_ranks, ranks)
    highest = max(float(words.scores.max(initial=0)), 1e-9)
    return Ranked(
        np.concatenate([ranks, words.id_ranks[below]]),
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
