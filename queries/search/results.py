"""What a search shows: a page of conversations, how many there are, and why each is there."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.conversations import PAGE_ROWS_MAX
from queries.errors import FilterError, UsageError
from queries.filters import Filters
from queries.schema import CATEGORIES
from queries.search.fusion import MEANING_DEPTH, fused
from queries.search.index import SearchIndex
from queries.search.language import leaves, parsed_query
from queries.search.meaning import NEAREST_MAX, nearest_conversations, prompts_of, reachable_count
from queries.search.snippets import Wanted, wanted_words
from queries.search.words import Ranked, TextRole, conversations_with, unwanted_messages
from queries.store import Store
from queries.timing import timed

Mode = Literal["words", "meaning", "both"]
MODES: tuple[Mode, ...] = get_args(Mode)

_FIRST_ROWS = 60
"""So many of the nearest conversations are asked for at first: three pages."""

_MESSAGE = ("message_index", "turn_number", "role", "is_flagged", "flag_bits", "text")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results.

    Attributes:
        rows: one row a conversation, best first: ``id_rank``, ``conversation_id``, ``model``,
            ``language``, ``turn_count``, ``is_flagged``, ``flagged_categories``; of its best
            message ``message_index``, ``turn_number``, ``role``, ``text``,
            ``is_message_flagged``, ``message_categories``; ``score`` (BM25, or of the fusion),
            ``similarity`` (0 to 1; null where the meaning did not find it) and ``found_by``
            (`words`, `meaning`, `both`).
        total: conversations that are found, all of which can be reached by their page.
        wanted: the words to mark.
        words_total: those of them that the words find; None where no words were looked for.
        is_nearest: the total is a limit on how far one looks, not a count of what matches.
    """

    rows: pd.DataFrame
    total: int
    wanted: Wanted
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
    row_limit: int = 20,
    row_offset: int = 0,
) -> Found:
    """A page of what a search finds in the slice.

    Args:
        store: a store with an index.
        filters: the slice.
        text: a words search, or for `meaning` any text.
        mode: by words, by meaning, or both fused.
        role: whose messages; the meaning is that of user messages.
        is_exact: compare with every vector, not by the vector index.
        row_limit: rows of the page.
        row_offset: rows before it.

    Raises:
        FilterError: the search cannot be read; says how to write it.
        UsageError: the meaning of answers was asked for, or too long a page.
        IndexMissingError: the store has no index.
        IndexWithoutModelError: the meaning was asked of an index of words alone.
        ModelError: the model of the index cannot be used.
    """
    _check(mode, role, row_limit, row_offset)
    if not text.strip():
        raise FilterError("There is nothing to search for: write a word, or what you mean.")
    page = slice(row_offset, row_offset + row_limit)
    with timed("search", mode) as timing:
        found = _found(store, filters, text, mode, role, page, is_exact)
        timing.counted(found.rows)
    return found


def _found(
    store: Store,
    filters: Filters,
    text: str,
    mode: Mode,
    role: TextRole,
    page: slice,
    is_exact: bool,
) -> Found:
    index = store.search_index()
    mask = store.mask(filters)
    node = None if mode == "meaning" else parsed_query(text)
    ranked = {}
    if node is not None:
        ranked["words"] = conversations_with(index, " ".join(text.split()), role).kept(mask)
    if mode != "words":
        question = text.strip() if node is None else " ".join(leaf.text for leaf in leaves(node))
        vector = index.vector_of(question)
        nearest = partial(nearest_conversations, index, vector, mask, is_exact=is_exact)
        is_both = mode == "both"
        near = nearest(MEANING_DEPTH) if is_both else _in_steps(nearest, page.stop)
        ranked["meaning"] = near if node is None else near.without(unwanted_messages(index, node))
    wanted = Wanted() if node is None else wanted_words(node, index.words_of)
    total = _total(index, ranked, mask)
    return _page(store, index, ranked, total, wanted, page)


def like(
    store: Store,
    filters: Filters,
    conversation_id: str,
    *,
    turn_number: int | None = None,
    is_exact: bool = False,
    row_limit: int = 20,
    row_offset: int = 0,
) -> Found:
    """Conversations of the slice whose user messages are near to those of one, or to one of them.

    The conversation itself is left out, and every message that repeats one of those asked about.

    Raises:
        NotFoundError: there is no such conversation.
        UsageError: it has no user message, or not in that turn, that has a vector.
        IndexWithoutModelError: the index was built for words alone.
    """
    _check("meaning", "any", row_limit, row_offset)
    page = slice(row_offset, row_offset + row_limit)
    with timed("search", "like") as timing:
        found = _like(store, filters, conversation_id, turn_number, page, is_exact)
        timing.counted(found.rows)
    return found


def _like(
    store: Store, filters: Filters, key: str, turn_number: int | None, page: slice, is_exact: bool
) -> Found:
    index = store.search_index()
    index.check_has_vectors()
    prompts, rank = _prompts_of(store, index, key, turn_number)
    vector = index.vectors(prompts).sum(axis=0)
    vector /= np.linalg.norm(vector) or 1
    mask = store.mask(filters)
    nearest = partial(
        nearest_conversations, index, vector, mask, is_exact=is_exact, without=prompts
    )
    # One row more: itself, of which another turn may be near.
    found = _in_steps(nearest, page.stop + 1).but(rank)
    # Itself can be reached by its other turns.
    others = prompts_of(index, np.array([rank]))
    is_itself = (mask is None or bool(mask[rank])) and not np.isin(others, prompts).all()
    total = min(NEAREST_MAX, reachable_count(index, mask, prompts)) - is_itself
    return _page(store, index, {"meaning": found}, total, Wanted(), page)


def _check(mode: Mode, role: TextRole, row_limit: int, row_offset: int) -> None:
    if mode not in MODES:
        raise UsageError(f"A search is by {', '.join(MODES)}; {mode!r} is none of them.")
    if mode != "words" and role == "assistant":
        raise UsageError(
            "The meaning is that of user messages; search the answers of the model by words."
        )
    if not 0 <= row_limit <= PAGE_ROWS_MAX or row_offset < 0:
        raise UsageError(f"A page has at most {PAGE_ROWS_MAX:,} rows; take more with the offset.")
    if mode == "meaning" and row_offset + row_limit > NEAREST_MAX:
        raise UsageError(
            f"A search by meaning gives the nearest {NEAREST_MAX:,} conversations; narrow the "
            "filters to see others."
        )


def _total(index: SearchIndex, ranked: Mapping[str, Ranked], mask: Mask | None) -> int:
    if "words" not in ranked:
        return min(NEAREST_MAX, reachable_count(index, mask))
    by_words = ranked["words"].id_ranks
    if "meaning" not in ranked:
        return len(by_words)
    return len(by_words) + int(np.count_nonzero(~np.isin(ranked["meaning"].id_ranks, by_words)))


def _in_steps(nearest: Callable[[int], Ranked], rows: int) -> Ranked:
    """The nearest conversations, the same ones in the same order for every page.

    A vector index finds a few others the more it is asked for, so what it finds for the first pages
    is left as it is, and the rest comes after.
    """
    first = nearest(_FIRST_ROWS)
    if rows <= _FIRST_ROWS:
        return first
    rest = nearest(NEAREST_MAX)
    is_more = ~np.isin(rest.id_ranks, first.id_ranks)
    return Ranked(
        *(
            np.concatenate([one, other[is_more]])[:NEAREST_MAX]
            for one, other in zip(astuple(first), astuple(rest), strict=True)
        )
    )


def _page(
    store: Store,
    index: SearchIndex,
    ranked: Mapping[str, Ranked],
    total: int,
    wanted: Wanted,
    page: slice,
) -> Found:
    if len(ranked) == 2:
        every = fused(ranked["words"], ranked["meaning"])
    else:
        (every,) = ranked.values()
    # What is near comes in its order.
    best = every if "words" not in ranked else every.top(page.stop)
    shown = Ranked(best.id_ranks[page], best.scores[page], best.messages[page])
    rows = _facts(store, shown)
    rows["score"] = shown.scores
    rows["similarity"], rows["found_by"] = _similarities(ranked, shown), _ways(ranked, shown)
    said = _messages(index, shown)
    for name in said.columns:
        rows[name] = said[name]
    words_total = len(ranked["words"].id_ranks) if "words" in ranked else None
    return Found(rows, total, wanted, words_total, is_nearest=tuple(ranked) == ("meaning",))


def _similarities(ranked: Mapping[str, Ranked], shown: Ranked) -> list[float]:
    if "meaning" not in ranked:
        return [np.nan] * len(shown.id_ranks)
    near = ranked["meaning"]
    similarities = np.clip(near.scores, 0, 1).tolist()
    by_rank = dict(zip(near.id_ranks.tolist(), similarities, strict=True))
    return [by_rank.get(rank, np.nan) for rank in shown.id_ranks.tolist()]


def _ways(ranked: Mapping[str, Ranked], shown: Ranked) -> list[str]:
    """By which of the orders each conversation was found."""
    found = {way: np.isin(shown.id_ranks, order.id_ranks) for way, order in ranked.items()}
    ways = [[way for way in found if found[way][n]] for n in range(len(shown.id_ranks))]
    return ["both" if len(one) == 2 else one[0] for one in ways]


def _facts(store: Store, shown: Ranked) -> pd.DataFrame:
    """What is known of the conversations, in their order."""
    asked = ",".join(map(str, shown.id_ranks.tolist()))
    rows = store.run("found_conversations", Filters(), params={"id_ranks": asked})
    in_order: pd.DataFrame = rows.set_index("id_rank").loc[shown.id_ranks.tolist()]
    return in_order.reset_index()


def _messages(index: SearchIndex, shown: Ranked) -> pd.DataFrame:
    """The message of each conversation for which it is there."""
    said = index.message_rows(shown.messages.tolist(), _MESSAGE)
    rows = pd.DataFrame(said, columns=list(_MESSAGE))
    rows = rows.rename(columns={"is_flagged": "is_message_flagged"})
    bits = [int(row["flag_bits"] or 0) for row in said]
    rows["message_categories"] = [
        [category for n, category in enumerate(CATEGORIES) if bit >> n & 1] for bit in bits
    ]
    return rows.drop(columns="flag_bits")


def _prompts_of(
    store: Store, index: SearchIndex, conversation_id: str, turn_number: int | None
) -> tuple[npt.NDArray[np.int64], int]:
    """The prompts of a conversation, or of one of its turns, and the rank of its id."""
    facts = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if facts.empty:
        raise store.not_found(conversation_id)
    rank = int(facts["id_rank"].iloc[0])
    first, last = np.searchsorted(index.id_ranks, [rank, rank + 1])
    numbers = list(range(int(first), int(last)))
    if turn_number is not None and numbers:
        turns = index.message_rows(numbers, ["turn_number"])
        pairs = zip(numbers, turns, strict=True)
        numbers = [n for n, row in pairs if row["turn_number"] == turn_number]
    prompts = np.unique(index.prompt_of_message[numbers]).astype(np.int64)
    prompts = prompts[prompts >= 0]
    if not len(prompts):
        raise UsageError("There is no user message with a text there: nothing can be like it.")
    return prompts, rank
