"""Store the results of very common words, pairs of words and beginnings with the index."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import numpy.typing as npt

from queries.prepare.index.beginnings import frequent_beginnings
from queries.search.common_pairs import PAIRS_FOLDER, pair_words
from queries.search.message_hits import MessageHits
from queries.search.prompt_postings import Numbers, ranges
from queries.search.query_matches import messages_of_query, ranking_key
from queries.search.ranked_conversations import RankedConversations, best_per_conversation
from queries.search.stored_rankings import (
    RANKINGS_FOLDER,
    RankingKey,
    StoredRanking,
    save_rankings,
)
from queries.search.text_index import TextIndex
from queries.search.word_postings import WordPostings
from queries.text.query_language import Phrase

RANKED_POSTINGS = 200_000
"""The result of a word in so many messages is stored: others take few milliseconds to find."""

RANKED_PAIR_POSTINGS = 100_000
"""The same of pairs of words, which take longer."""

RANKED_BEGINNING_POSTINGS = 400_000
"""The same of beginnings, of which there are more."""

BEST_MIN, CONVERSATIONS_PER_BEST = 200, 250
"""The best conversations that are stored: at least so many, and one of so many."""


def write_rankings(index_folder: Path, id_ranks: Numbers, conversation_count: int) -> None:
    """Store the results of common words next to these; nothing if none is common.

    Args:
        index_folder: the folder of the index of words.
        id_ranks: the id rank of the conversation of each message, ascending.
        conversation_count: how many conversations the store has.
    """
    conversations = _Conversations(id_ranks, conversation_count)
    index = TextIndex(index_folder, nullcontext)
    rankings = [*_of_words(index, index_folder, conversations)]
    rankings += _of_beginnings(index, index_folder, conversations)
    if rankings:
        save_rankings(index_folder / RANKINGS_FOLDER, rankings, conversations.best_count)


class _Conversations:
    """Ranks the conversations of messages."""

    def __init__(self, id_ranks: Numbers, conversation_count: int) -> None:
        self._id_ranks = id_ranks
        self._count = conversation_count
        self.best_count = max(BEST_MIN, conversation_count // CONVERSATIONS_PER_BEST)
        self._firsts = np.flatnonzero(np.diff(id_ranks, prepend=-1))
        self._sizes = np.diff(self._firsts, append=len(id_ranks))

    def ranking(self, hits: MessageHits) -> StoredRanking:
        """The ranking of some messages."""
        ranked = best_per_conversation(hits, self._id_ranks)
        return self._stored(ranked.id_ranks, ranked.top(self.best_count))

    def ranking_of_scores(self, scores: npt.NDArray[np.float32]) -> StoredRanking:
        """The ranking of the messages whose score is above 0, from the scores of all messages."""
        highest = np.maximum.reduceat(scores, self._firsts)
        rows = np.flatnonzero(highest > 0)
        # Their messages do not matter yet.
        all_ranked = RankedConversations(
            rows.astype(np.int32), highest[rows], rows.astype(np.int32)
        )
        best_rows = np.sort(all_ranked.top(self.best_count).id_ranks).astype(np.int64)
        messages = ranges(self._firsts[best_rows], self._sizes[best_rows])
        messages = messages[scores[messages] > 0]
        best = best_per_conversation(MessageHits(messages, scores[messages]), self._id_ranks)
        return self._stored(self._id_ranks[self._firsts[rows]], best.top(self.best_count))

    def _stored(self, id_ranks: Numbers, best: RankedConversations) -> StoredRanking:
        is_match = np.zeros(self._count, bool)
        is_match[id_ranks] = True
        return StoredRanking(np.packbits(is_match), len(id_ranks), best)


def _of_words(
    index: TextIndex, folder: Path, conversations: _Conversations
) -> Iterator[tuple[RankingKey, StoredRanking]]:
    """The rankings of common words and pairs of words, by the searches themselves."""
    for node in _phrases(folder):
        key = ranking_key(index, node)
        # A word that is not looked up as itself has no ranking.
        if key is not None and key.numbers:
            yield key, conversations.ranking(messages_of_query(index, node))


def _phrases(folder: Path) -> Iterator[Phrase]:
    plain = WordPostings(folder / "plain")
    for number in plain.frequent_words(RANKED_POSTINGS):
        (word,) = plain.words(range(number, number + 1))
        if any(map(str.isalnum, word)):
            yield Phrase(word)
    if (folder / PAIRS_FOLDER).is_dir():
        pairs = WordPostings(folder / PAIRS_FOLDER)
        for number in pairs.frequent_words(RANKED_PAIR_POSTINGS):
            (key,) = pairs.words(range(number, number + 1))
            if all(any(map(str.isalnum, word)) for word in pair_words(key)):
                yield Phrase(" ".join(pair_words(key)))


def _of_beginnings(
    index: TextIndex, folder: Path, conversations: _Conversations
) -> Iterator[tuple[RankingKey, StoredRanking]]:
    plain = WordPostings(folder / "plain")
    for numbers, counts in frequent_beginnings(
        plain, index.message_count, RANKED_BEGINNING_POSTINGS
    ):
        yield (
            RankingKey("beginning", numbers),
            conversations.ranking_of_scores(index.scores_of_all(counts)),
        )
