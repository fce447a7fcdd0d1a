"""Search by words: every message that a query finds, and every conversation, with a score.

A score is that of BM25 over all messages, summed over the parts of a query; a conversation has the
score of its best message.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal
from weakref import WeakKeyDictionary, ref

import numpy as np
import numpy.typing as npt

from queries.errors import FilterError
from queries.search.index import Scores, SearchIndex
from queries.search.language import (
    AllOf,
    AnyOf,
    Node,
    Phrase,
    Prefix,
    Term,
    parsed_query,
    shortened,
    spellings,
)
from queries.search.turns import Numbers

TextRole = Literal["any", "user", "assistant"]

_REMEMBERED = 8
"""Searches whose conversations are remembered: at most 12 MB each at 1,000,000 conversations."""

PREFIX_WORDS_MAX = 2_000
"""Words that a prefix may stand for."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages, by ascending number, and the score of each."""

    messages: npt.NDArray[np.signedinteger[Any]]
    scores: Scores


@dataclass(frozen=True, slots=True)
class Ranked:
    """Conversations with a score and the message that it comes from.

    Attributes:
        id_ranks: of the conversations, each once.
        scores: the higher, the better.
        messages: number of the message of each.
    """

    id_ranks: Numbers
    scores: Scores
    messages: Numbers

    def kept(self, mask: npt.NDArray[np.bool_] | None) -> "Ranked":
        """Those whose conversation a mask over all ranks keeps; all without one."""
        if mask is None:
            return self
        is_kept = mask[self.id_ranks]
        return Ranked(self.id_ranks[is_kept], self.scores[is_kept], self.messages[is_kept])

    def but(self, id_rank: int) -> "Ranked":
        """All but one conversation."""
        is_kept = self.id_ranks != id_rank
        return Ranked(self.id_ranks[is_kept], self.scores[is_kept], self.messages[is_kept])

    def without(self, messages: npt.NDArray[np.int64]) -> "Ranked":
        """Those that are not there for one of some messages."""
        is_kept = ~np.isin(self.messages, messages)
        return Ranked(self.id_ranks[is_kept], self.scores[is_kept], self.messages[is_kept])

    def top(self, count: int) -> "Ranked":
        """The best, best first; equal ones by rank of their id."""
        chosen = np.arange(len(self.scores))
        if 0 < count < len(chosen):
            least = np.partition(self.scores, len(chosen) - count)[len(chosen) - count]
            chosen = np.flatnonzero(self.scores >= least)
        order = np.lexsort((self.id_ranks[chosen], -self.scores[chosen]))
        chosen = chosen[order][:count]
        return Ranked(self.id_ranks[chosen], self.scores[chosen], self.messages[chosen])


def conversations_with(index: SearchIndex, query: str, role: TextRole) -> Ranked:
    """Every conversation with a message of the role that the query finds, by rank.

    The last few searches of an index are remembered.

    Raises:
        FilterError: the query cannot be read, or has nothing to look for.
    """
    remembered = _remembered.setdefault(index, lru_cache(_REMEMBERED)(partial(_found, ref(index))))
    return remembered(query, role)


def _found(of: "ref[SearchIndex]", query: str, role: TextRole) -> Ranked:
    index = of()
    if index is None:
        raise ReferenceError("the index is gone")
    with index.pool.place():
        return _ranked(index, messages_with(index, parsed_query(query)), role)


def _ranked(index: SearchIndex, found: Hits, role: TextRole) -> Ranked:
    if role != "any":
        is_role = (index.is_user if role == "user" else index.is_assistant)[found.messages]
        found = Hits(found.messages[is_role], found.scores[is_role])
    return rolled_up(found, index.id_ranks)


_remembered: WeakKeyDictionary[SearchIndex, Callable[[str, TextRole], Ranked]] = WeakKeyDictionary()
"""By index, and weakly: what an old version found goes with it."""


def found_bits(index: SearchIndex, query: str, role: TextRole) -> bytes:
    """A bit for each rank of an id: whether the query finds that conversation.

    Raises:
        FilterError: the query cannot be read, or has nothing to look for.
    """
    is_found = np.zeros(index.conversation_count, bool)
    is_found[conversations_with(index, query, role).id_ranks] = True
    return np.packbits(is_found).tobytes()


def unwanted_messages(index: SearchIndex, node: Node) -> npt.NDArray[np.int64]:
    """The messages with anything that a query as a whole leaves out."""
    left_out = node.unwanted if isinstance(node, AllOf) else ()
    found = [messages_with(index, part).messages for part in left_out]
    return np.concatenate([np.empty(0, np.int64), *found])


def rolled_up(hits: Hits, id_ranks: Numbers) -> Ranked:
    """The conversations of some messages: each with its best message, the first of equals."""
    ranks = id_ranks[hits.messages]
    is_start = np.diff(ranks, prepend=-1) != 0
    starts = np.flatnonzero(is_start)
    if not len(starts):
        return Ranked(ranks, hits.scores, hits.messages.astype(np.int32))
    best = np.maximum.reduceat(hits.scores, starts)
    group = np.cumsum(is_start) - 1
    at_best = np.flatnonzero(hits.scores == best[group])
    first = at_best[np.diff(group[at_best], prepend=-1) != 0]
    return Ranked(ranks[starts], best, hits.messages[first].astype(np.int32))


def messages_with(index: SearchIndex, node: Node) -> Hits:
    """Every message that a query finds."""
    match node:
        case Term(text) | Phrase(text):
            return _phrase(index, text)
        case Prefix():
            return _any_word(index, _words_of_option(index, node) or [])
        case AnyOf(options):
            return _any(index, options)
        case AllOf(wanted, unwanted):
            return _all(index, wanted, unwanted)


def _phrase(index: SearchIndex, text: str) -> Hits:
    """Messages with a word, or with several one after another; either apostrophe will do."""
    written = spellings(text)
    words = [_words(index, one) for one in written]
    if all(len(one) == 1 for one in words):
        return _any_word(index, [one[0] for one in words])
    hits = [_ordered(index, *index.messages_with_phrase(one)) for one in written]
    return hits[0] if len(hits) == 1 else _joined(index, hits)


def _any_word(index: SearchIndex, words: list[str]) -> Hits:
    if not words:
        return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
    return _ordered(index, *index.messages_with_words(words, all_of_them=False))


def _any(index: SearchIndex, options: Iterable[Node]) -> Hits:
    single: list[str] = []
    others: list[Hits] = []
    for option in options:
        words = _words_of_option(index, option)
        if words is None:
            others.append(messages_with(index, option))
        else:
            single += words
    return _joined(index, [_any_word(index, single), *others])


def _joined(index: SearchIndex, several: Iterable[Hits]) -> Hits:
    """Messages that are in any, with the sum of their scores."""
    scores = np.zeros(len(index.id_ranks), np.float32)
    is_found = np.zeros(len(index.id_ranks), bool)
    for hits in several:
        scores[hits.messages] += hits.scores
        is_found[hits.messages] = True
    messages = np.flatnonzero(is_found)
    return Hits(messages, scores[messages])


def _all(index: SearchIndex, wanted: Iterable[Node], unwanted: Iterable[Node]) -> Hits:
    single: list[str] = []
    parts: list[Hits] = []
    for node in wanted:
        is_plain = isinstance(node, Term) and len(spellings(node.text)) == 1
        words = _words(index, node.text) if isinstance(node, Term) and is_plain else []
        if len(words) == 1:
            single += words
        else:
            parts.append(messages_with(index, node))
    if single:
        parts.append(_ordered(index, *index.messages_with_words(single, all_of_them=True)))
    found = parts[0]
    for part in parts[1:]:
        found = _in_both(found, part)
    for node in unwanted:
        left_out = messages_with(index, node)
        is_kept = ~np.isin(found.messages, left_out.messages, assume_unique=True)
        found = Hits(found.messages[is_kept], found.scores[is_kept])
    return found


def _in_both(one: Hits, other: Hits) -> Hits:
    messages, in_one, in_other = np.intersect1d(
        one.messages, other.messages, assume_unique=True, return_indices=True
    )
    return Hits(messages, one.scores[in_one] + other.scores[in_other])


def _words_of_option(index: SearchIndex, node: Node) -> list[str] | None:
    """The words any of which would do; None where it takes more than a word."""
    match node:
        case Prefix(text):
            start = _words(index, text)
            if len(start) != 1:
                raise FilterError(
                    f"{text}* begins no single word; write {start[-1]}* after a space, or the "
                    "words in quotes."
                )
            words = index.words_beginning(start[0], PREFIX_WORDS_MAX + 1)
            if len(words) > PREFIX_WORDS_MAX:
                raise FilterError(
                    f"More than {PREFIX_WORDS_MAX:,} words begin with {text!r}; "
                    "write more of the word before the *."
                )
            return _searchable(index, words)
        case Term(text) | Phrase(text):
            several = [_words(index, one) for one in spellings(text)]
            is_single = all(len(words) == 1 for words in several)
            return [words[0] for words in several] if is_single else None
        case _:
            return None


def _searchable(index: SearchIndex, words: list[str]) -> list[str]:
    """The words that a query reads as one; by themselves some are split, as in no text."""
    if index.words_of(" ".join(words)) == words:
        return words
    return [word for word in words if index.words_of(word) == [word]]


def _words(index: SearchIndex, text: str) -> list[str]:
    words = index.words_of(text)
    if not words:
        raise FilterError(
            f"There is no word in {shortened(text)!r} to look for; the index holds words only."
        )
    return words


def _ordered(index: SearchIndex, messages: npt.NDArray[np.int64], scores: Scores) -> Hits:
    """Hits by number of their message: sorted, or spread out where they are many."""
    if len(messages) * 32 < len(index.id_ranks):
        order = np.argsort(messages)
        return Hits(messages[order], scores[order])
    spread = np.full(len(index.id_ranks), -1.0, np.float32)
    spread[messages] = scores
    found = np.flatnonzero(spread >= 0)
    return Hits(found, spread[found])
