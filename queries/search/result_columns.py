"""The columns of a page of search results: of conversations, of messages, of rankings."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from queries.filters import Filters
from queries.masking.placeholders import name_placeholders
from queries.schema import categories_of
from queries.search.index import SearchIndex
from queries.search.ranked_conversations import RankedConversations
from queries.store.store import Store

_MESSAGE_COLUMNS = (
    *("message_index", "turn_number", "role"),
    *("is_flagged", "flag_bits", "cover_bits", "text"),
)


def similarities(
    rankings: Mapping[str, RankedConversations], hits: RankedConversations
) -> list[float]:
    """The cosine similarity of each hit, 0 to 1; null if semantic search did not find it."""
    if "meaning" not in rankings:
        return [np.nan] * len(hits.id_ranks)
    semantic = rankings["meaning"]
    clipped = np.clip(semantic.scores, 0, 1).tolist()
    by_rank = dict(zip(semantic.id_ranks.tolist(), clipped, strict=True))
    return [by_rank.get(id_rank, np.nan) for id_rank in hits.id_ranks.tolist()]


def found_by(rankings: Mapping[str, RankedConversations], hits: RankedConversations) -> list[str]:
    """Which of the rankings contain each hit: `words`, `meaning` or `both`."""
    contains = {
        name: np.isin(hits.id_ranks, ranking.id_ranks) for name, ranking in rankings.items()
    }
    names = [[name for name in contains if contains[name][n]] for n in range(len(hits.id_ranks))]
    return ["both" if len(row_names) == 2 else row_names[0] for row_names in names]


def result_conversations(store: Store, hits: RankedConversations) -> pd.DataFrame:
    """The columns of each hit's conversation, in the order of the hits."""
    id_ranks = ",".join(map(str, hits.id_ranks.tolist()))
    rows = store.run("search_hits", Filters(), params={"id_ranks": id_ranks})
    in_order: pd.DataFrame = rows.set_index("id_rank").loc[hits.id_ranks.tolist()]
    return in_order.reset_index()


def result_messages(index: SearchIndex, hits: RankedConversations, *, is_raw: bool) -> pd.DataFrame:
    """The columns of each hit's best message, in the order of the hits.

    Args:
        index: the index.
        hits: the conversations and their best messages.
        is_raw: return texts as they are; otherwise masked, and empty where a text is revealed only
            on its own.
    """
    numbers = hits.messages.tolist()
    messages = index.message_rows(numbers, _MESSAGE_COLUMNS)
    rows = pd.DataFrame(messages, columns=list(_MESSAGE_COLUMNS))
    raw = index.raw_text_rows(numbers) if is_raw else {}
    rows["text"] = [
        raw.get(number, name_placeholders(row["text"] or ""))
        for number, row in zip(numbers, messages, strict=True)
    ]
    rows = rows.rename(columns={"is_flagged": "is_message_flagged"})
    rows["message_categories"] = [categories_of(row["flag_bits"] or 0) for row in messages]
    rows["is_message_maybe_flagged"] = [
        row["is_flagged"] is None and not row["flag_bits"] and bool(row["cover_bits"])
        for row in messages
    ]
    rows["message_cover_categories"] = [categories_of(row["cover_bits"] or 0) for row in messages]
    return rows.drop(columns=["flag_bits", "cover_bits"])
