"""Semantic search: the user messages nearest to a vector, and their conversations.

The slice is applied before results are counted. The vector index is queried for more rows until
enough of them are in the slice; in a small slice every prompt is compared instead.
"""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.search.embedder import Vector
from queries.search.index import SearchIndex
from queries.search.message_hits import MessageHits
from queries.search.prompt_postings import ranges
from queries.search.ranked_conversations import RankedConversations, best_per_conversation

EXACT_SEARCH_MAX = 20_000
"""Up to this many prompts are compared without the vector index, which is faster and exact."""

NEAREST_MAX = 1_000
"""Maximum number of results of a semantic search; beyond them little is similar."""

_SMALL_SHARE = 0.1
"""In slices with a smaller share of conversations, prompts are looked up by conversation."""

_FIRST_ROWS = 60
"""Number of nearest conversations in the first request: three pages."""

_GROWTH = 4
_SMALL_REQUEST = 100
_PROBES_FACTOR = 5 / 3

Prompts = npt.NDArray[np.int64]
SliceMask = npt.NDArray[np.bool_]


def nearest_conversations(
    index: SearchIndex,
    vector: Vector,
    mask: SliceMask | None,
    count: int,
    *,
    is_exact: bool = False,
    excluded: Prompts | None = None,
) -> RankedConversations:
    """The conversations whose user messages are nearest to a vector, best first.

    Args:
        index: the index.
        vector: a unit vector, shape (dimension,).
        mask: the slice, over id ranks; None for all conversations.
        count: number of conversations; fewer if the slice has fewer.
        is_exact: compare with every vector.
        excluded: numbers of prompts to leave out.

    Returns:
        Conversations with their cosine similarity, from -1 to 1, as score.
    """
    allowed = allowed_prompts(index, mask, excluded)
    prompt_count = int(index.manifest["prompt_count"])
    allowed_count = prompt_count if allowed is None else int(np.count_nonzero(allowed))
    if is_exact or allowed_count <= EXACT_SEARCH_MAX or not index.manifest["vector_index"]:
        return conversations_of_prompts(index, *_compare_all(index, vector, allowed), mask, count)
    needed = count + count // 5 + 10  # Several prompts may belong to one conversation.
    while True:
        # First assume that the slice is spread evenly over the prompts.
        requested = min(int(needed * prompt_count / allowed_count) + 1, prompt_count)
        if requested > EXACT_SEARCH_MAX:
            return conversations_of_prompts(
                index, *_compare_all(index, vector, allowed), mask, count
            )
        prompts, similarities = nearest_prompts(index, vector, requested)
        if allowed is not None:
            is_kept = allowed[prompts]
            prompts, similarities = prompts[is_kept], similarities[is_kept]
        conversations = conversations_of_prompts(index, prompts, similarities, mask, count)
        if len(conversations.id_ranks) >= count:
            return conversations
        needed *= _GROWTH


def nearest_prompts(
    index: SearchIndex, vector: Vector, count: int
) -> tuple[Prompts, npt.NDArray[np.float32]]:
    """The prompts nearest to a vector, by the vector index, and their similarities."""
    query: Any = index.prompts.search(vector, vector_column_name="vector", query_type="vector")
    settings = index.manifest["vector_index"]
    is_small = count <= _SMALL_REQUEST
    # Larger requests probe more partitions: distant rows are spread over more of them.
    probes = int(settings["nprobes"] * (1 if is_small else _PROBES_FACTOR))
    query = query.distance_type("cosine").nprobes(min(probes, int(settings["num_partitions"])))
    query = query.refine_factor(int(settings["refine_factor"]) // (1 if is_small else 2))
    rows = query.select(["_distance"]).with_row_id(True).limit(count).to_arrow()
    similarities = 1 - rows["_distance"].to_numpy().astype(np.float32)
    return rows["_rowid"].to_numpy().astype(np.int64), similarities


def prompts_of_conversations(index: SearchIndex, id_ranks: npt.NDArray[np.int64]) -> Prompts:
    """The prompt numbers of some conversations, possibly with duplicates."""
    starts = np.searchsorted(index.id_ranks, id_ranks)
    counts = np.searchsorted(index.id_ranks, id_ranks, side="right") - starts
    prompts: Prompts = index.prompt_of_message[ranges(starts, counts)].astype(np.int64)
    return prompts[prompts >= 0]


def unit_sum(vectors: Vector) -> Vector:
    """The sum of some vectors, scaled to length 1, shape (dimension,)."""
    vector: Vector = vectors.sum(axis=0)
    vector /= np.linalg.norm(vector) or 1
    return vector


def reachable_count(
    index: SearchIndex, mask: SliceMask | None, excluded: Prompts | None = None
) -> int:
    """The number of conversations in the slice with a prompt that is not excluded."""
    counts = index.prompt_counts
    if excluded is not None:
        counts = counts.copy()
        messages, _ = index.prompt_postings.messages_of(excluded)
        np.subtract.at(counts, index.id_ranks[messages], 1)
    is_reachable = counts > 0
    return int(np.count_nonzero(is_reachable if mask is None else is_reachable & mask))


def allowed_prompts(
    index: SearchIndex, mask: SliceMask | None, excluded: Prompts | None
) -> npt.NDArray[np.bool_] | None:
    """Whether each prompt may be a result, shape (prompts,); None if all may."""
    if mask is None and excluded is None:
        return None
    postings = index.prompt_postings
    if mask is None:
        allowed = np.ones(len(postings.starts) - 1, bool)
    elif np.count_nonzero(mask) < len(mask) * _SMALL_SHARE:
        allowed = np.zeros(len(postings.starts) - 1, bool)
        allowed[prompts_of_conversations(index, np.flatnonzero(mask))] = True
    elif len(postings.messages):
        allowed = np.logical_or.reduceat(mask[index.posting_id_ranks], postings.starts[:-1])
    else:
        allowed = np.zeros(0, bool)
    if excluded is not None:
        allowed[excluded] = False
    return allowed


def _compare_all(
    index: SearchIndex, vector: Vector, allowed: npt.NDArray[np.bool_] | None
) -> tuple[Prompts, npt.NDArray[np.float32]]:
    """All allowed prompts, compared one by one, nearest first, and their similarities."""
    if allowed is not None and np.count_nonzero(allowed) <= EXACT_SEARCH_MAX:
        prompts = np.flatnonzero(allowed)
        similarities = index.vectors(prompts) @ vector if len(prompts) else np.empty(0)
    else:
        with index.queue.slot():
            batches = [batch @ vector for batch in index.vector_batches()]
        similarities = np.concatenate(batches) if batches else np.empty(0)
        prompts = np.arange(len(similarities)) if allowed is None else np.flatnonzero(allowed)
        similarities = similarities[prompts]
    similarities = similarities.astype(np.float32)
    order = np.lexsort((prompts, -similarities))
    return prompts[order], similarities[order]


def conversations_of_prompts(
    index: SearchIndex,
    prompts: Prompts,
    similarities: npt.NDArray[np.float32],
    mask: SliceMask | None,
    count: int,
) -> RankedConversations:
    """The first `count` conversations of some prompts, each with its nearest message.

    Args:
        index: the index.
        prompts: prompt numbers, nearest first.
        similarities: of the prompts, in the same order.
        mask: the slice, over id ranks; None for all conversations.
        count: number of conversations.

    Returns:
        Conversations, best first. Ties are ordered by id rank, even across the last one returned.
    """
    end = step = max(256, count)
    conversations = _conversations_of(index, prompts[:end], similarities[:end], mask)
    while end < len(prompts) and not _is_full(conversations.scores, count, similarities[end]):
        end += step
        step *= 2
        conversations = _conversations_of(index, prompts[:end], similarities[:end], mask)
    return conversations.top(count)


def _is_full(scores: npt.NDArray[np.float32], count: int, next_similarity: float) -> bool:
    """Whether there are enough scores, and the next one is below the last of the top `count`."""
    if len(scores) < count:
        return False
    last = np.partition(scores, len(scores) - count)[len(scores) - count]
    return bool(next_similarity < last)


def _conversations_of(
    index: SearchIndex,
    prompts: Prompts,
    similarities: npt.NDArray[np.float32],
    mask: SliceMask | None,
) -> RankedConversations:
    messages, positions = index.prompt_postings.messages_of(prompts)
    if mask is not None:
        is_kept = mask[index.id_ranks[messages]]
        messages, positions = messages[is_kept], positions[is_kept]
    # Messages are numbered by id rank and turn, so the first turn wins a tie.
    order = np.argsort(messages)
    hits = MessageHits(messages[order], similarities[positions[order]])
    return best_per_conversation(hits, index.id_ranks)


def stable_ranking(nearest: Callable[[int], RankedConversations], rows: int) -> RankedConversations:
    """The nearest conversations, in the same order for every page.

    A larger request to the vector index can return other rows. So the result of the first request
    is kept, and new rows of the larger one follow it.
    """
    first = nearest(_FIRST_ROWS)
    if rows <= _FIRST_ROWS:
        return first
    rest = nearest(NEAREST_MAX)
    is_more = ~np.isin(rest.id_ranks, first.id_ranks)
    return RankedConversations(
        *(
            np.concatenate([head, tail[is_more]])[:NEAREST_MAX]
            for head, tail in zip(astuple(first), astuple(rest), strict=True)
        )
    )
