"""Conversations in the order of a search, each with the message that it is found by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.search.message_hits import MessageHits, Scores
from queries.search.prompt_postings import Numbers

_LAST_MESSAGE = np.uint32(2**32 - 1)
_SIGN = np.int32(-(2**31))


@dataclass(frozen=True, slots=True)
class RankedConversations:
    """Conversations with a score and the message that it comes from.

    Attributes:
        id_ranks: id ranks of the conversations, without duplicates.
        scores: score of each; higher is better.
        messages: number of the best message of each.
    """

    id_ranks: Numbers
    scores: Scores
    messages: Numbers

    def in_slice(self, mask: npt.NDArray[np.bool_] | None) -> "RankedConversations":
        """Only the conversations in a slice.

        Args:
            mask: over all id ranks; None keeps every conversation.
        """
        return self if mask is None else self.take(mask[self.id_ranks])

    def without_conversation(self, id_rank: int) -> "RankedConversations":
        """All conversations but one."""
        return self.take(self.id_ranks != id_rank)

    def without_messages(self, messages: npt.NDArray[np.int64]) -> "RankedConversations":
        """Only the conversations whose best message is not one of these."""
        return self.take(~np.isin(self.messages, messages))

    def top(self, count: int) -> "RankedConversations":
        """The best conversations, best first; ties are ordered by id rank."""
        candidates = np.arange(len(self.scores))
        if 0 < count < len(candidates):
            threshold = np.partition(self.scores, len(candidates) - count)[len(candidates) - count]
            candidates = np.flatnonzero(self.scores >= threshold)
        order = np.lexsort((self.id_ranks[candidates], -self.scores[candidates]))
        return self.take(candidates[order][:count])

    def take(self, rows: npt.NDArray[Any] | slice) -> "RankedConversations":
        """The conversations at some positions: a Boolean mask, an array of indices or a slice."""
        return RankedConversations(self.id_ranks[rows], self.scores[rows], self.messages[rows])


def best_per_conversation(hits: MessageHits, id_ranks: Numbers) -> RankedConversations:
    """The conversations of some messages, each with its best message; the first one on a tie."""
    ranks = id_ranks[hits.messages]
    if not len(ranks):
        return RankedConversations(ranks, hits.scores, hits.messages.astype(np.int32))
    starts = np.flatnonzero(np.concatenate([[True], ranks[1:] != ranks[:-1]]))
    # One number that holds the score and the message is compared fastest.
    keys = np.left_shift(_in_order_of_scores(hits.scores), 32, dtype=np.uint64)
    keys |= _LAST_MESSAGE - hits.messages.astype(np.uint32)
    best = np.maximum.reduceat(keys, starts)
    messages = _LAST_MESSAGE - best.astype(np.uint32)
    scores = _scores_in_order((best >> 32).astype(np.uint32))
    return RankedConversations(ranks[starts], scores, messages.astype(np.int32))


def _in_order_of_scores(scores: Scores) -> npt.NDArray[np.uint32]:
    """Numbers in the order of scores: their bits, all inverted in negative ones, else the sign."""
    bits = scores.view(np.int32)
    numbers: npt.NDArray[np.uint32] = (bits ^ (bits >> 31 | _SIGN)).view(np.uint32)
    return numbers


def _scores_in_order(numbers: npt.NDArray[np.uint32]) -> Scores:
    """The scores that `_in_order_of_scores` was given."""
    bits = numbers.view(np.int32)
    scores: Scores = (bits ^ (~bits >> 31 | _SIGN)).view(np.float32)
    return scores
