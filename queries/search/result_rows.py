"""Search results as a reader may see them: covered, with highlighted snippets."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from queries.display.covers import is_covered, list_cover_text
from queries.search.service import SearchResults
from queries.search.snippets import HighlightTerms, Snippet, snippet
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

_COLUMNS = (
    *("conversation_id", "turn_number", "role", "found_by", "score", "similarity"),
    *("model", "language", "turn_count"),
)


def readable_snippet(
    row: Mapping[str, Any],
    terms: HighlightTerms,
    *,
    is_uncovered: bool,
) -> Snippet:
    """The snippet of a result's message, or its cover if it is flagged."""
    message = message_verdict(row)
    if is_covered(message, is_uncovered=is_uncovered):
        return Snippet(list_cover_text(message), ())
    return snippet(row["text"], terms).rewritten(escape_control_characters)


def message_verdict(row: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict of a result's message, by the column names of ``sql/messages.sql``."""
    return {
        "is_flagged": row["is_message_flagged"],
        "flagged_categories": row["message_categories"],
        "is_maybe_flagged": row["is_message_maybe_flagged"],
        "cover_categories": row["message_cover_categories"],
    }


def result_rows(results: SearchResults, *, is_uncovered: bool) -> pd.DataFrame:
    """A page of results as rows to print, with highlights in « »."""
    rows = results.rows[list(_COLUMNS)].copy()
    snippets = [
        readable_snippet(row, results.terms, is_uncovered=is_uncovered).with_highlights("«", "»")
        for row in records(results.rows)
    ]
    rows["is_flagged"] = results.rows["is_message_flagged"]
    rows["snippet"] = pd.Series(snippets, dtype=str)
    return rows
