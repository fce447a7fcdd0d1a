"""The messages that match a query: one by one for each part of it, then combined."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.errors import FilterError
from queries.search.ascending_arrays import places_in
from queries.search.message_hits import MessageHits
from queries.search.occurrences import Frequencies
from queries.search.stored_rankings import RankingKey, StoredRanking
from queries.search.text_index import SoughtWord, TextIndex
from queries.search.word_postings import AnyIntegers
from queries.text.characters import plain
from queries.text.query_language import (
    AllOf,
    AnyOf,
    Phrase,
    Prefix,
    QueryNode,
    Term,
    shorten_query,
)
from queries.text.word_sequence import WordSequence, word_sequence


def messages_of_query(index: TextIndex, node: QueryNode) -> MessageHits:
    """All messages that match a query, by ascending number.

    Raises:
        FilterError: a part of the query contains no word.
    """
    match node:
        case Term() | Phrase() | Prefix():
            return _leaf(index, _sequence(node))
        case AnyOf(options):
            return _union(index, (messages_of_query(index, option) for option in options))
        case AllOf(required, excluded):
            return _all(index, required, excluded)


def ranking_key(index: TextIndex, node: QueryNode) -> RankingKey | None:
    """Where the result of a query may be stored: of a word, a pair of words or a beginning.

    Raises:
        FilterError: the query contains no word.
    """
    if not isinstance(node, Term | Phrase | Prefix):
        return None
    sequence = _sequence(node)
    if sequence.signs or sequence.has_exact_accents:
        return None
    if sequence.ends_in_prefix:
        is_one = len(sequence.words) == 1
        return RankingKey("beginning", index.numbers(*_sought(sequence))) if is_one else None
    if sequence.words != sequence.plain_words:
        return None
    if len(sequence.words) == 1:
        return RankingKey("word", index.numbers(*_sought(sequence)))
    numbers = index.pair_numbers(*_sought(sequence)) if len(sequence.words) == 2 else None
    return None if numbers is None else RankingKey("pair", numbers)


def stored_ranking(index: TextIndex, node: QueryNode) -> StoredRanking | None:
    """The result of a query, if it is stored with the index.

    Raises:
        FilterError: a part of the query contains no word.
    """
    if index.rankings is None:
        return None
    key = ranking_key(index, node)
    return None if key is None else index.rankings.get(key)


def _sequence(leaf: Term | Phrase | Prefix) -> WordSequence:
    sequence = word_sequence(leaf)
    if not sequence.words and not sequence.signs:
        raise FilterError(
            f"{shorten_query(leaf.text)!r} contains no word to search for; the index holds words "
            "only: letters, digits, emoji, and names such as C++, C# and .NET."
        )
    return sequence


def _leaf(index: TextIndex, sequence: WordSequence) -> MessageHits:
    if sequence.has_exact_accents:
        return _matches(index, sequence, is_exact=True)
    if sequence.ends_in_prefix:
        return _matches(index, sequence)
    if _is_one_word(sequence):
        return _all_words(index, [sequence])
    hits = _matches(index, sequence)
    return _exact_first(hits, _has_same_accents(index, sequence, hits.messages))


def _has_same_accents(
    index: TextIndex, sequence: WordSequence, messages: AnyIntegers
) -> npt.NDArray[np.bool_]:
    """Which of the messages with a sequence have it with the same accents."""
    is_plain = sequence.words == sequence.plain_words and sequence.signs == _plain_signs(sequence)
    is_exact = np.full(len(messages), is_plain)
    sought = [*_sought(sequence), *_sought_signs(sequence)]
    variants = [index.variant_messages(word) for word in sought if index.has_variants(word)]
    if not variants:
        return is_exact
    # Only where a word stands with other accents do its places have to be looked at.
    has_variant = np.zeros(index.message_count, bool)
    for messages_of_word in variants:
        has_variant[messages_of_word] = True
    rows = np.flatnonzero(has_variant[messages])
    if not len(rows):
        return is_exact
    exact = _matches(index, sequence, is_exact=True, among=messages[rows])
    is_exact[rows] = _mask(index, exact.messages)[messages[rows]]
    return is_exact


def _plain_signs(sequence: WordSequence) -> tuple[str, ...]:
    return tuple(map(plain, sequence.signs))


def _exact_first(hits: MessageHits, is_exact: npt.NDArray[np.bool_]) -> MessageHits:
    """Hits with those that have the words with the same accents above all others."""
    if is_exact.all() or not is_exact.any():
        return hits
    scores = hits.scores.copy()
    scores[is_exact] += hits.scores.max()
    return MessageHits(hits.messages, scores)


def _sought(sequence: WordSequence, *, is_exact: bool = False) -> list[SoughtWord]:
    return [
        SoughtWord(plain_word, word if is_exact else None, sequence.is_prefix(n))
        for n, (plain_word, word) in enumerate(
            zip(sequence.plain_words, sequence.words, strict=True)
        )
    ]


def _sought_signs(sequence: WordSequence, *, is_exact: bool = False) -> list[SoughtWord]:
    return [SoughtWord(plain(sign), sign if is_exact else None) for sign in sequence.signs]


def _matches(
    index: TextIndex,
    sequence: WordSequence,
    *,
    is_exact: bool = False,
    among: AnyIntegers | None = None,
) -> MessageHits:
    """The messages with a sequence of words, and with the signs.

    Args:
        index: the index.
        sequence: the words and signs.
        is_exact: whether accents have to be the same.
        among: the messages to look into, ascending; None for all.
    """
    words = _sought(sequence, is_exact=is_exact)
    hit_sets = [_word(index, sign) for sign in _sought_signs(sequence, is_exact=is_exact)]
    if len(words) == 1:
        hit_sets.append(_word(index, words[0]))
    elif words:
        hit_sets.append(_phrase(index, words, among))
    hits = hit_sets[0]
    for others in hit_sets[1:]:
        hits = _intersection(index, hits, others)
    return hits


def _word(index: TextIndex, word: SoughtWord) -> MessageHits:
    matched = index.frequencies(word)
    rarity = index.rarity(len(matched.messages))
    return MessageHits(matched.messages, index.scores(matched, rarity))


def _phrase(
    index: TextIndex, words: Sequence[SoughtWord], among: AnyIntegers | None
) -> MessageHits:
    matched = index.phrase(words, among)
    rarity = sum(index.rarity(index.posting_count(word)) for word in words)
    return MessageHits(matched.messages, index.scores(matched, rarity))


def _mask(index: TextIndex, messages: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Over all messages: whether each is one of some."""
    mask = np.zeros(index.message_count, bool)
    mask[messages] = True
    return mask


def _union(index: TextIndex, hit_sets: Iterable[MessageHits]) -> MessageHits:
    """Messages in any of the sets, with the sum of their scores."""
    scores = np.zeros(index.message_count, np.float32)
    is_match = np.zeros(index.message_count, bool)
    for hits in hit_sets:
        scores[hits.messages] += hits.scores
        is_match[hits.messages] = True
    messages = np.flatnonzero(is_match)
    return MessageHits(messages, scores[messages])


def _all(
    index: TextIndex, required: Iterable[QueryNode], excluded: Iterable[QueryNode]
) -> MessageHits:
    words: list[WordSequence] = []
    hit_sets: list[MessageHits] = []
    for node in required:
        sequence = _sequence(node) if isinstance(node, Term) else None
        if sequence is not None and _is_one_word(sequence):
            words.append(sequence)
        else:
            hit_sets.append(messages_of_query(index, node))
    if words:
        hit_sets.append(_all_words(index, words))
    hits = hit_sets[0]
    for others in hit_sets[1:]:
        hits = _intersection(index, hits, others)
    for node in excluded:
        is_excluded = _mask(index, messages_of_query(index, node).messages)
        hits = hits.take(~is_excluded[hits.messages])
    return hits


def _is_one_word(sequence: WordSequence) -> bool:
    return len(sequence.words) == 1 and not sequence.signs and not sequence.has_exact_accents


def _all_words(index: TextIndex, sequences: Sequence[WordSequence]) -> MessageHits:
    """Messages with all of some words: the rarest first, so that few are scored for the others."""
    words = {word: word for sequence in sequences for word in _sought(sequence, is_exact=True)}
    by_rarity = sorted(words, key=index.posting_count)
    hits: MessageHits | None = None
    for word in by_rarity:
        matched = index.frequencies(replace(word, exact=None))
        rarity = index.rarity(len(matched.messages))
        if hits is None:
            hits = MessageHits(matched.messages, index.scores(matched, rarity))
            if not len(hits.messages):
                return hits
        else:
            rows, in_matched = _common(index, hits.messages, matched.messages)
            both = Frequencies(matched.messages[in_matched], matched.counts[in_matched])
            scores = hits.scores[rows] + index.scores(both, rarity)
            hits = MessageHits(both.messages, scores)
    if hits is None:
        raise ValueError("no words")
    is_exact = np.ones(len(hits.messages), bool)
    for word in words:
        if word.exact != word.plain or index.has_variants(word):
            is_exact &= index.is_exact(word, hits.messages)
    return _exact_first(hits, is_exact)


def _intersection(index: TextIndex, left: MessageHits, right: MessageHits) -> MessageHits:
    """Messages in both sets, with the sum of their scores."""
    in_left, in_right = _common(index, left.messages, right.messages)
    scores = left.scores[in_left] + right.scores[in_right]
    return MessageHits(left.messages[in_left], scores)


def _common(
    index: TextIndex, left: npt.NDArray[Any], right: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the messages that are in both of two ascending arrays are in each of them."""
    if len(left) > len(right):
        in_right, in_left = _common(index, right, left)
        return in_left, in_right
    if len(left) * 8 < len(right):
        places, is_there = places_in(left, right)
        return np.flatnonzero(is_there), places[is_there]
    in_left = np.flatnonzero(_mask(index, right)[left])
    return in_left, np.flatnonzero(_mask(index, left)[right])
