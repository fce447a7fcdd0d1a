"""The order of the list of conversations, in the address as ``sort`` and ``order``."""

from typing import cast, get_args

import streamlit as st

from dashboard import formats, paging, url
from queries.conversations import Sort

DEFAULT: Sort = "conversation_id"


def chosen_sort() -> tuple[Sort, bool]:
    """The column to sort by, and whether from largest to smallest."""
    sort = url.parameter("sort", DEFAULT)
    if sort not in get_args(Sort):
        sentence = f"The list cannot be sorted by {sort!r}; it is in the order of ids."
        st.warning(formats.plain(sentence))
        return DEFAULT, False
    return cast(Sort, sort), url.parameter("order", "asc") == "desc"


def sort_by(column: str) -> None:
    """Sort by a column, numbers from the largest; once more turns the order round, then back."""
    sort, is_descending = chosen_sort()
    is_text = column in ("model", "language")
    first, second = ("asc", "desc") if is_text else ("desc", "asc")
    if sort != column:
        _write(column, first)
    elif is_descending == (first == "desc"):
        _write(column, second)
    else:
        _write(None, None)
    paging.begin_again()


def _write(sort: str | None, order: str | None) -> None:
    url.write_parameters({"sort": sort, "order": order, "page": None})
