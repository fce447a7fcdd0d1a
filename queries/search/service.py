"""Search requests: a page of results, the number of all results, and why each was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.conversations.listing import PAGE_ROWS_MAX
from queries.errors import FilterError, UsageError
from queries.filters import Filters
from queries.observability.instrumentation import instrumented
from queries.search.full_text import (
    TextRole,
    best_conversations,
    excluded_messages,
    matching_conversations,
)
from queries.search.index import SearchIndex
from queries.search.rank_fusion import MEANING_DEPTH, fuse_rankings
from queries.search.ranked_conversations import RankedConversations
from queries.search.result_columns import (
    found_by,
    result_conversations,
    result_messages,
    similarities,
)
from queries.search.semantic import (
    NEAREST_MAX,
    SliceMask,
    nearest_conversations,
    prompts_of_conversations,
    reachable_count,
    stable_ranking,
    unit_sum,
)
from queries.search.snippets import HighlightTerms, highlight_terms
from queries.store.store import Store
from queries.text.query_language import leaves, parse_query

Mode = Literal["words", "meaning", "both"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of search results.

    Attributes:
        rows: one row per conversation, best first: ``id_rank``, ``conversation_id``, ``model``,
            ``language``, ``turn_count``, ``is_flagged``, ``flagged_categories``; of its best
            message ``message_index``, ``turn_number``, ``role``, ``text``,
            ``is_message_flagged``, ``message_categories``; ``score`` (BM25 or fused),
            ``similarity`` (0 to 1; null if semantic search did not find it) and ``found_by``
            (`words`, `meaning`, `both`).
        total: number of results over all pages.
        terms: what to highlight.
        words_total: number of results of the full-text search; None if there was none.
        is_nearest: `total` is the limit of a semantic search, not a number of matches.
    """

    rows: pd.DataFrame
    total: int
    terms: HighlightTerms
    words_total: int | None
    is_nearest: bool


def search(
    store: Store,
    filters: Filters,
    text: str,
    *,
    mode: Mode = "both",
    role: TextRole = "any",
    is_exact: bool = False,
    is_raw: bool = False,
    row_limit: int = 20,
    row_offset: int = 0,
) -> SearchResults:
    """Search the conversations of a slice.

    Args:
        store: a store with an index.
        filters: the slice.
        text: a query in the query language; with mode `meaning` any text.
        mode: full-text search, semantic search, or both fused.
        role: whose messages to search; semantic search covers user messages only.
        is_exact: compare with every vector instead of using the vector index.
        is_raw: find words in texts as they are, and return these: for operators only, and to be
            recorded. Otherwise contact data, secrets and texts that are revealed one at a time are
            not found.
        row_limit: rows per page.
        row_offset: rows to skip.

    Raises:
        FilterError: the query is malformed; the message says how to correct it.
        UsageError: semantic search of model answers, or a page that is too long.
        IndexMissingError: the store has no index.
        IndexWithoutModelError: semantic search over an index without vectors.
        ModelError: the model of the index cannot be used.
    """
    _check(mode, role, row_limit, row_offset)
    if not text.strip():
        raise FilterError("The search is empty: enter a word, or describe what you look for.")
    page = slice(row_offset, row_offset + row_limit)
    with instrumented("search", mode) as timing:
        results = _search(store, filters, text, mode, role, page, is_exact, is_raw)
        timing.with_row_count(results.rows)
    return results


def _search(
    store: Store,
    filters: Filters,
    text: str,
    mode: Mode,
    role: TextRole,
    page: slice,
    is_exact: bool,
    is_raw: bool,
) -> SearchResults:
    index = store.search_index()
    mask = store.slice_mask(filters)
    node = None if mode == "meaning" else parse_query(text)
    query, rankings = " ".join(text.split()), {}
    if mode == "words":
        best, total = best_conversations(index, query, role, page.stop, mask, is_raw=is_raw)
        terms = highlight_terms(parse_query(text))
        return _page(store, index, {mode: best}, total, terms, page, total, is_raw=is_raw)
    if node is not None:
        matches = matching_conversations(index, query, role, is_raw=is_raw)
        rankings["words"] = matches.in_slice(mask)
    vector = index.query_vector(text_to_embed(text, mode))
    nearest = partial(nearest_conversations, index, vector, mask, is_exact=is_exact)
    ranking = nearest(MEANING_DEPTH) if mode == "both" else stable_ranking(nearest, page.stop)
    if node is not None:
        ranking = ranking.without_messages(excluded_messages(index, node, is_raw=is_raw))
    rankings["meaning"] = ranking
    terms = () if node is None else highlight_terms(node)
    words_total = None if node is None else len(rankings["words"].id_ranks)
    total = _total(index, rankings, mask)
    return _page(store, index, rankings, total, terms, page, words_total, is_raw=is_raw)


def text_to_embed(text: str, mode: Mode) -> str:
    """What a model is given of a query: its words, without the operators of a search by words.

    Raises:
        FilterError: the query is malformed.
    """
    if mode == "meaning":
        return text.strip()
    return " ".join(leaf.text for leaf in leaves(parse_query(text)))


def similar(
    store: Store,
    filters: Filters,
    conversation_id: str,
    *,
    turn_number: int | None = None,
    is_exact: bool = False,
    is_raw: bool = False,
    row_limit: int = 20,
    row_offset: int = 0,
) -> SearchResults:
    """Find conversations of the slice whose user messages are similar to those of another.

    The conversation itself is left out, and so are exact repeats of its messages.

    Args:
        store: a store with an index.
        filters: the slice.
        conversation_id: the conversation to compare with.
        turn_number: compare with this turn only.
        is_exact: compare with every vector instead of using the vector index.
        is_raw: return texts as they are: for operators only, and to be recorded.
        row_limit: rows per page.
        row_offset: rows to skip.

    Raises:
        NotFoundError: there is no such conversation.
        UsageError: the conversation or turn has no user message with a vector.
        IndexWithoutModelError: the index has no vectors.
    """
    _check("meaning", "any", row_limit, row_offset)
    page = slice(row_offset, row_offset + row_limit)
    with instrumented("search", "like") as timing:
        results = _search_similar(
            store, filters, conversation_id, turn_number, page, is_exact, is_raw
        )
        timing.with_row_count(results.rows)
    return results


def _search_similar(
    store: Store,
    filters: Filters,
    key: str,
    turn_number: int | None,
    page: slice,
    is_exact: bool,
    is_raw: bool,
) -> SearchResults:
    index = store.search_index()
    index.check_has_vectors()
    prompts, id_rank = prompts_and_rank(store, index, key, turn_number)
    vector = unit_sum(index.vectors(prompts))
    mask = store.slice_mask(filters)
    nearest = partial(
        nearest_conversations, index, vector, mask, is_exact=is_exact, excluded=prompts
    )
    # The conversation may match itself through another turn: fetch one more row and drop it.
    ranking = stable_ranking(nearest, page.stop + 1).without_conversation(id_rank)
    all_prompts = prompts_of_conversations(index, np.array([id_rank]))
    matches_itself = (mask is None or bool(mask[id_rank])) and not np.isin(
        all_prompts, prompts
    ).all()
    total = min(NEAREST_MAX, reachable_count(index, mask, prompts)) - matches_itself
    rankings = {"meaning": ranking}
    return _page(store, index, rankings, total, (), page, is_raw=is_raw)


def _check(mode: Mode, role: TextRole, row_limit: int, row_offset: int) -> None:
    if mode not in MODES:
        raise UsageError(f"Unknown search mode {mode!r}; use one of {', '.join(MODES)}.")
    if mode != "words" and role == "assistant":
        raise UsageError(
            "Semantic search covers user messages only; use full-text search for answers."
        )
    if not 0 <= row_limit <= PAGE_ROWS_MAX or row_offset < 0:
        raise UsageError(f"A page has at most {PAGE_ROWS_MAX:,} rows; use the offset for more.")
    if mode == "meaning" and row_offset + row_limit > NEAREST_MAX:
        raise UsageError(
            f"A semantic search returns the {NEAREST_MAX:,} nearest conversations; narrow the "
            "filters to see others."
        )


def _total(
    index: SearchIndex, rankings: Mapping[str, RankedConversations], mask: SliceMask | None
) -> int:
    if "words" not in rankings:
        return min(NEAREST_MAX, reachable_count(index, mask))
    by_words = rankings["words"].id_ranks
    return len(by_words) + int(np.count_nonzero(~np.isin(rankings["meaning"].id_ranks, by_words)))


def _page(
    store: Store,
    index: SearchIndex,
    rankings: Mapping[str, RankedConversations],
    total: int,
    terms: HighlightTerms,
    page: slice,
    words_total: int | None = None,
    *,
    is_raw: bool = False,
) -> SearchResults:
    if len(rankings) == 2:
        ranking = fuse_rankings(rankings["words"], rankings["meaning"])
    else:
        (ranking,) = rankings.values()
    # A semantic ranking is already in order.
    best = ranking if "words" not in rankings else ranking.top(page.stop)
    hits = best.take(page)
    rows = result_conversations(store, hits)
    rows["score"] = hits.scores
    rows["similarity"], rows["found_by"] = similarities(rankings, hits), found_by(rankings, hits)
    messages = result_messages(index, hits, is_raw=is_raw)
    for name in messages.columns:
        rows[name] = messages[name]
    is_nearest = tuple(rankings) == ("meaning",)
    return SearchResults(rows, total, terms, words_total, is_nearest=is_nearest)


def prompts_and_rank(
    store: Store, index: SearchIndex, conversation_id: str, turn_number: int | None
) -> tuple[npt.NDArray[np.int64], int]:
    """The prompts of a conversation, or of one of its turns, and its id rank."""
    conversation = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if conversation.empty:
        raise store.not_found_error(conversation_id)
    id_rank = int(conversation["id_rank"].iloc[0])
    first, last = np.searchsorted(index.id_ranks, [id_rank, id_rank + 1])
    numbers = list(range(int(first), int(last)))
    if turn_number is not None and numbers:
        messages = index.message_rows(numbers, ["turn_number"])
        pairs = zip(numbers, messages, strict=True)
        numbers = [number for number, row in pairs if row["turn_number"] == turn_number]
    prompts = np.unique(index.prompt_of_message[numbers]).astype(np.int64)
    prompts = prompts[prompts >= 0]
    if not len(prompts):
        raise UsageError("There is no user message with text to compare with.")
    return prompts, id_rank
