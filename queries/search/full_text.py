"""Full-text search: the messages and conversations that match a query, with BM25 scores.

A message's score is the sum over the parts of the query. A conversation has the score of its best
message.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Literal
from weakref import WeakKeyDictionary, ref

import numpy as np
import numpy.typing as npt

from queries.search.index import SearchIndex
from queries.search.message_hits import MessageHits
from queries.search.query_matches import messages_of_query, stored_ranking
from queries.search.ranked_conversations import RankedConversations, best_per_conversation
from queries.search.stored_rankings import StoredRanking
from queries.text.query_language import AllOf, QueryNode, parse_query

TextRole = Literal["any", "user", "assistant"]

_CACHED_SEARCHES = 8
"""Size of the cache of each index: at most 12 MB per search at 1,000,000 conversations."""


def best_conversations(
    index: SearchIndex,
    query: str,
    role: TextRole,
    count: int,
    mask: npt.NDArray[np.bool_] | None = None,
    *,
    is_raw: bool = False,
) -> tuple[RankedConversations, int]:
    """The best conversations with a matching message of the role, best first, and how many match.

    Args:
        index: the index.
        query: in the query language.
        role: whose messages to search.
        count: how many conversations.
        mask: the slice, over all id ranks; None for every conversation.
        is_raw: search the texts as they are, which is for operators.

    Raises:
        FilterError: the query is malformed, or contains no word.
    """
    if not is_raw and (stored := _stored_ranking(index, query, role)) is not None:
        best = stored.top(count, mask)
        if best is not None:
            return best
    matches = matching_conversations(index, query, role, is_raw=is_raw).in_slice(mask)
    return matches.top(count), len(matches.id_ranks)


def _stored_ranking(index: SearchIndex, query: str, role: TextRole) -> StoredRanking | None:
    return stored_ranking(index.masked_texts, parse_query(query)) if role == "any" else None


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
    if (stored := _stored_ranking(index, query, role)) is not None:
        return stored.bits.tobytes()
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
