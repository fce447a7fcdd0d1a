"""Search by meaning: the user messages nearest to a vector, and their conversations.

The slice is applied before anything is counted: as many rows are asked of the index as it takes to
fill a page from the slice, and where the slice is small, all of its prompts are compared.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from queries.search.embedder import Vector
from queries.search.index import SearchIndex
from queries.search.turns import ranges
from queries.search.words import Hits, Ranked, rolled_up

COMPARED_ONE_BY_ONE = 20_000
"""So many prompts are compared without the vector index: faster than it, and exact."""

NEAREST_MAX = 1_000
"""Conversations that a search by meaning gives, at most: beyond them little is alike."""

_SMALL_SHARE = 0.1
"""Of the conversations: the prompts of fewer are looked up from their messages."""

_MORE = 4
_FEW = 100
_MORE_PROBES = 5 / 3

Prompts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def nearest_conversations(
    index: SearchIndex,
    vector: Vector,
    mask: Mask | None,
    count: int,
    *,
    is_exact: bool = False,
    without: Prompts | None = None,
) -> Ranked:
    """The conversations whose user messages are nearest to a vector, best first.

    Args:
        index: the index.
        vector: of length 1, shape (dimension,).
        mask: over ranks of ids: the slice; None for all conversations.
        count: as many, or all where the slice has fewer.
        is_exact: compare with every vector.
        without: numbers of prompts to leave out.

    Returns:
        With the cosine as scores, from -1 to 1.
    """
    allowed = allowed_prompts(index, mask, without)
    prompt_count = int(index.facts["prompt_count"])
    allowed_count = prompt_count if allowed is None else int(np.count_nonzero(allowed))
    if is_exact or allowed_count <= COMPARED_ONE_BY_ONE or not index.facts["vector_index"]:
        return rolled_up_prompts(index, *_compared(index, vector, allowed), mask, count)
    wanted = count + count // 5 + 10  # Some conversations have several prompts among them.
    while True:
        # As many as hold enough of the slice, were it spread evenly; then more.
        asked = min(int(wanted * prompt_count / allowed_count) + 1, prompt_count)
        if asked > COMPARED_ONE_BY_ONE:
            return rolled_up_prompts(index, *_compared(index, vector, allowed), mask, count)
        prompts, similarities = nearest_prompts(index, vector, asked)
        if allowed is not None:
            is_kept = allowed[prompts]
            prompts, similarities = prompts[is_kept], similarities[is_kept]
        found = rolled_up_prompts(index, prompts, similarities, mask, count)
        if len(found.id_ranks) >= count:
            return found
        wanted *= _MORE


def nearest_prompts(
    index: SearchIndex, vector: Vector, count: int
) -> tuple[Prompts, npt.NDArray[np.float32]]:
    """Prompts by the vector index, nearest first, and their similarities."""
    found: Any = index.prompts.search(vector, vector_column_name="vector", query_type="vector")
    said = index.facts["vector_index"]
    # More partitions for more rows: the tenth row lies nearer than the thousandth.
    probes = int(said["nprobes"] if count <= _FEW else _MORE_PROBES * said["nprobes"])
    found = found.distance_type("cosine").nprobes(min(probes, int(said["num_partitions"])))
    found = found.refine_factor(int(said["refine_factor"]) // (1 if count <= _FEW else 2))
    rows = found.select(["_distance"]).with_row_id(True).limit(count).to_arrow()
    similarities = 1 - rows["_distance"].to_numpy().astype(np.float32)
    return rows["_rowid"].to_numpy().astype(np.int64), similarities


def prompts_of(index: SearchIndex, ranks: npt.NDArray[np.int64]) -> Prompts:
    """The prompts of some conversations, each once or more often."""
    starts = np.searchsorted(index.id_ranks, ranks)
    counts = np.searchsorted(index.id_ranks, ranks, side="right") - starts
    prompts: Prompts = index.prompt_of_message[ranges(starts, counts)].astype(np.int64)
    return prompts[prompts >= 0]


def reachable_count(index: SearchIndex, mask: Mask | None, without: Prompts | None = None) -> int:
    """How many conversations of the slice have a prompt that may be found."""
    counts = index.prompts_in
    if without is not None:
        counts = counts.copy()
        messages, _ = index.turns.of(without)
        np.subtract.at(counts, index.id_ranks[messages], 1)
    is_reached = counts > 0
    return int(np.count_nonzero(is_reached if mask is None else is_reached & mask))


def allowed_prompts(index: SearchIndex, mask: Mask | None, without: Prompts | None) -> Mask | None:
    """Which prompts may be found; None for all."""
    if mask is None and without is None:
        return None
    turns = index.turns
    if mask is None:
        allowed = np.ones(len(turns.starts) - 1, bool)
    elif np.count_nonzero(mask) < len(mask) * _SMALL_SHARE:
        allowed = np.zeros(len(turns.starts) - 1, bool)
        allowed[prompts_of(index, np.flatnonzero(mask))] = True
    elif len(turns.messages):
        allowed = np.logical_or.reduceat(mask[index.turn_ranks], turns.starts[:-1])
    else:
        allowed = np.zeros(0, bool)
    if without is not None:
        allowed[without] = False
    return allowed


def _compared(
    index: SearchIndex, vector: Vector, allowed: Mask | None
) -> tuple[Prompts, npt.NDArray[np.float32]]:
    """Prompts that may be found, compared one by one: nearest first."""
    if allowed is not None and np.count_nonzero(allowed) <= COMPARED_ONE_BY_ONE:
        prompts = np.flatnonzero(allowed)
        similarities = index.vectors(prompts) @ vector if len(prompts) else np.empty(0)
    else:
        with index.pool.place():
            parts = [batch @ vector for batch in index.vector_batches()]
        similarities = np.concatenate(parts) if parts else np.empty(0)
        prompts = np.arange(len(similarities)) if allowed is None else np.flatnonzero(allowed)
        similarities = similarities[prompts]
    similarities = similarities.astype(np.float32)
    order = np.lexsort((prompts, -similarities))
    return prompts[order], similarities[order]


def rolled_up_prompts(
    index: SearchIndex,
    prompts: Prompts,
    similarities: npt.NDArray[np.float32],
    mask: Mask | None,
    count: int,
) -> Ranked:
    """The conversations of prompts, nearest first: each once, by its nearest turn.

    Equal ones are in the order of ids, also where they go on beyond the last one that is wanted.
    """
    end = step = max(256, count)
    found = _conversations_of(index, prompts[:end], similarities[:end], mask)
    while end < len(prompts) and not _is_full(found, count, similarities[end]):
        end += step
        step *= 2
        found = _conversations_of(index, prompts[:end], similarities[:end], mask)
    return found.top(count)


def _is_full(found: Ranked, count: int, next_similarity: float) -> bool:
    """Whether there are enough, and what comes next is farther than the last of them."""
    if len(found.scores) < count:
        return False
    last = np.partition(found.scores, len(found.scores) - count)[len(found.scores) - count]
    return bool(next_similarity < last)


def _conversations_of(
    index: SearchIndex,
    prompts: Prompts,
    similarities: npt.NDArray[np.float32],
    mask: Mask | None,
) -> Ranked:
    messages, places = index.turns.of(prompts)
    if mask is not None:
        is_kept = mask[index.id_ranks[messages]]
        messages, places = messages[is_kept], places[is_kept]
    # Messages are numbered by rank and turn: of equally near turns the first one stands.
    order = np.argsort(messages)
    return rolled_up(Hits(messages[order], similarities[places[order]]), index.id_ranks)
