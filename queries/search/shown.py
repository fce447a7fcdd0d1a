"""Results of a search as a reader is shown them: covered when flagged, masked, words marked."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from queries.masking import masked
from queries.reading import is_covered, list_cover_text, visible
from queries.records import records
from queries.search.index import SearchIndex
from queries.search.results import Found
from queries.search.snippets import Snippet, Wanted, snippet

_SHOWN = (
    *("conversation_id", "turn_number", "role", "found_by", "score", "similarity"),
    *("model", "language", "turn_count"),
)


def shown_snippet(
    row: Mapping[str, Any],
    wanted: Wanted,
    index: SearchIndex,
    *,
    is_uncovered: bool,
    is_unmasked: bool,
) -> Snippet:
    """The piece of a result's message that a reader sees: covered when flagged, masked."""
    message = {
        "is_flagged": row["is_message_flagged"],
        "flagged_categories": row["message_categories"],
    }
    if is_covered(message, is_uncovered=is_uncovered):
        return Snippet(list_cover_text(message), ())
    text = row["text"] or ""
    return snippet(visible(text if is_unmasked else masked(text)), wanted, index.words_of)


def shown_rows(
    found: Found, index: SearchIndex, *, is_uncovered: bool, is_unmasked: bool
) -> pd.DataFrame:
    """A page of results as rows to print: what is marked in a snippet stands in « »."""
    rows = found.rows[list(_SHOWN)].copy()
    pieces = [
        shown_snippet(
            row, found.wanted, index, is_uncovered=is_uncovered, is_unmasked=is_unmasked
        ).marked("«", "»")
        for row in records(found.rows)
    ]
    rows["is_flagged"] = found.rows["is_message_flagged"]
    rows["snippet"] = pd.Series(pieces, dtype=str)
    return rows
