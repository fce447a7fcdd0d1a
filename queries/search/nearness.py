"""Semantic search as a set: the conversations that are near to a text, down to a cut.

Every vector of the index is compared, so that the set is exact and the same whenever it is asked
for. A conversation is as near as its nearest user message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from weakref import WeakKeyDictionary, ref

import numpy as np
import numpy.typing as npt

from queries.errors import FilterError
from queries.filters.clauses import IsNear
from queries.search.embedder import Vector
from queries.search.index import SearchIndex
from queries.search.semantic import unit_sum
from queries.search.service import prompts_and_rank
from queries.store.model_hash import model_hash
from queries.store.store import Store

Similarities = npt.NDArray[np.float32]

_CACHED_TEXTS = 8
"""Size of the cache of each index: 4 MB per text at 1,000,000 conversations."""

_NO_PROMPT = np.float32(-1)


@dataclass(frozen=True, slots=True)
class NearSource:
    """What conversations are compared with: a text, or the prompts of a conversation.

    Attributes:
        text: the text; empty for a conversation.
        prompts: the numbers of the prompts, which do not count as near to themselves.
        id_rank: the rank of the conversation, which is left out.
    """

    text: str
    prompts: tuple[int, ...] = ()
    id_rank: int | None = None


def near_bits(store: Store, clause: IsNear) -> bytes:
    """A packed bitmap over all id ranks: whether each conversation is near enough.

    Raises:
        FilterError: the filter was made with another model.
        NotFoundError: the conversation to compare with is not there, or was removed.
        UsageError: it has no user message with a vector.
        IndexWithoutModelError: the index has no vectors.
        ModelError: the model of the index cannot be used.
    """
    index = store.search_index()
    index.check_has_vectors()
    actual = model_hash(index.manifest)
    if clause.model not in (None, actual):
        raise FilterError(
            f"The filter near was made with another embedding model ({clause.model}) than that of "
            f"this search index ({actual}), so it cannot be followed: search for its text again."
        )
    similarities = conversation_similarities(index, _source(store, clause))
    if clause.least is None:
        is_near = _nearest(similarities, clause.top or 0, store.removed_ranks)
    else:
        is_near = (similarities > _NO_PROMPT) & (similarities >= clause.least)
    return np.packbits(is_near).tobytes()


def _source(store: Store, clause: IsNear) -> NearSource:
    if clause.turn is None:
        return NearSource(clause.text)
    # Looked up each time: nothing may be compared with a conversation that was removed since.
    index = store.search_index()
    prompts, id_rank = prompts_and_rank(store, index, clause.text, clause.turn or None)
    return NearSource("", tuple(prompts.tolist()), id_rank)


def conversation_similarities(index: SearchIndex, source: NearSource) -> Similarities:
    """How near each conversation is to a source, by id rank; cached for the last few sources.

    Returns:
        The cosine similarity of its nearest user message, from 0 to 1; -1 if it has none.

    Raises:
        ModelError: the model of the index cannot be used.
    """
    cached = _caches.setdefault(index, lru_cache(_CACHED_TEXTS)(partial(_compare, ref(index))))
    return cached(source)


def _compare(index_reference: "ref[SearchIndex]", source: NearSource) -> Similarities:
    index = index_reference()
    if index is None:
        raise ReferenceError("the index is gone")
    prompts = np.array(source.prompts, np.int64)
    vector: Vector
    if source.id_rank is None:
        vector = index.query_vector(source.text)
    else:
        vector = unit_sum(index.vectors(prompts))
    with index.queue.slot():
        batches = [batch @ vector for batch in index.vector_batches()]
        of_prompts = np.concatenate([*batches, np.empty(0, np.float32)]).clip(0, 1)
        of_prompts[prompts] = _NO_PROMPT
        similarities = _of_conversations(index, of_prompts)
    if source.id_rank is not None:
        similarities[source.id_rank] = _NO_PROMPT
    similarities.flags.writeable = False
    return similarities


def _of_conversations(index: SearchIndex, of_prompts: Similarities) -> Similarities:
    similarities = np.full(index.conversation_count, _NO_PROMPT)
    ranks = index.id_ranks
    if not len(ranks) or not len(of_prompts):
        return similarities
    prompts = index.prompt_of_message
    of_messages = np.where(prompts < 0, _NO_PROMPT, of_prompts[prompts])
    starts = np.flatnonzero(np.concatenate([[True], ranks[1:] != ranks[:-1]]))
    similarities[ranks[starts]] = np.maximum.reduceat(of_messages, starts)
    return similarities


def _nearest(
    similarities: Similarities, count: int, removed: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether each conversation is among the nearest; on a tie, smaller ids come first."""
    is_candidate = similarities > _NO_PROMPT
    # Otherwise a gap among the nearest would tell what a removed conversation was about.
    is_candidate[removed] = False
    candidates = np.flatnonzero(is_candidate)
    order = np.argsort(-similarities[candidates], kind="stable")
    is_near = np.zeros(len(similarities), bool)
    is_near[candidates[order[:count]]] = True
    return is_near


_caches: WeakKeyDictionary[SearchIndex, Callable[[NearSource], Similarities]] = WeakKeyDictionary()
"""The cached similarities of each index. Weak keys drop those of a closed index."""
