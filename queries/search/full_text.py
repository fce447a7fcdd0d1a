"""Full-text search: the messages and conversations that match a query, with BM25 scores.

A message's score is the sum over the parts of the query. A conversation has the score of its best
message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal
from weakref import WeakKeyDictionary, ref

import numpy as np
import numpy.typing as npt

from queries.search.index import SearchIndex
from queries.search.prompt_postings import Numbers
from queries.search.query_matches import MessageHits, messages_of_query
from queries.search.text_index import Scores
from queries.text.query_language import (
    AllOf,
    QueryNode,
    parse_query,
)

TextRole = Literal["any", "user", "assistant"]

_CACHED_SEARCHES = 8
"""Size of the cache of each index: at most 12 MB per search at 1,000,000 conversations."""


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


def matching_conversations(
    index: SearchIndex, query: str, role: TextRole, *, is_raw: bool = False
) -> RankedConversations:
    """The conversations with a matching message of the role, ordered by id rank.

    Each index caches its last few searches.

    Args:
        index: the index.
        query: in the query language.
        role: whose messages to search.
        is_raw: search the texts as they are, which is for operators; otherwise as masked, and
            without those that are revealed one at a time.

    Raises:
        FilterError: the query is malformed, or contains no word.
    """
    cached_search = _caches.setdefault(
        index, lru_cache(_CACHED_SEARCHES)(partial(_search, ref(index)))
    )
    return cached_search(query, role, is_raw)


def _search(
    index_reference: "ref[SearchIndex]", query: str, role: TextRole, is_raw: bool
) -> RankedConversations:
    index = index_reference()
    if index is None:
        raise ReferenceError("the index is gone")
    with index.queue.slot():
        hits = matching_messages(index, parse_query(query), is_raw=is_raw)
        return _conversations_by_role(index, hits, role)


def _conversations_by_role(
    index: SearchIndex, hits: MessageHits, role: TextRole
) -> RankedConversations:
    if role != "any":
        is_role = (index.is_user if role == "user" else index.is_assistant)[hits.messages]
        hits = MessageHits(hits.messages[is_role], hits.scores[is_role])
    return best_per_conversation(hits, index.id_ranks)


_caches: WeakKeyDictionary[SearchIndex, Callable[[str, TextRole, bool], RankedConversations]] = (
    WeakKeyDictionary()
)
"""The cached search of each index. Weak keys drop the results of a closed index."""


def match_bits(index: SearchIndex, query: str, role: TextRole) -> bytes:
    """A packed bitmap over all id ranks: whether each conversation matches the query.

    Raises:
        FilterError: the query is malformed, or contains no word.
    """
    is_match = np.zeros(index.conversation_count, bool)
    is_match[matching_conversations(index, query, role).id_ranks] = True
    return np.packbits(is_match).tobytes()


def excluded_messages(
    index: SearchIndex, node: QueryNode, *, is_raw: bool
) -> npt.NDArray[np.int64]:
    """The numbers of messages that contain something the query excludes at its top level."""
    exclusions = node.excluded if isinstance(node, AllOf) else ()
    messages = [matching_messages(index, e, is_raw=is_raw).messages for e in exclusions]
    return np.concatenate([np.empty(0, np.int64), *messages])


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


def matching_messages(index: SearchIndex, node: QueryNode, *, is_raw: bool = False) -> MessageHits:
    """All messages that match a query; with `is_raw` by their own texts, for operators."""
    hits = messages_of_query(index.masked_texts, node)
    if not is_raw:
        return hits
    is_same = ~np.isin(hits.messages, index.raw_numbers)
    raw_hits = messages_of_query(index.raw_texts, node)
    raw_messages = index.raw_numbers[raw_hits.messages]
    messages = np.concatenate([hits.messages[is_same], raw_messages])
    scores = np.concatenate([hits.scores[is_same], raw_hits.scores])
    order = np.argsort(messages)
    return MessageHits(messages[order], scores[order])
