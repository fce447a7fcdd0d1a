"""The box that a statement is written into, with examples and the columns there are."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components.registration import registered
from queries.console.views import EXAMPLES, VIEWS

_EDITOR = registered("sql_editor")

_MEANINGS = {
    "conversations": "all conversations, one row each",
    "messages": "all messages, one row each",
    "slice": "the conversations that the filters keep: columns as in conversations",
}


def show_sql_editor(statement: str, *, key: str, on_run: Callable[[str], None]) -> None:
    """Draw it. What is typed stays in the browser until it is run.

    Args:
        statement: the one that was asked last; another one than before replaces what is typed.
        key: name of the editor on its page.
        on_run: called with the statement that is to be run.
    """

    def run() -> None:
        if st.session_state[key].asked is not None:
            on_run(str(st.session_state[key].asked))

    _EDITOR(
        key=key,
        data={
            "statement": statement,
            "examples": [{"title": title, "sql": sql} for title, sql in EXAMPLES.items()],
            "views": [_view(name) for name in VIEWS],
        },
        on_asked_change=run,
    )


def _view(name: str) -> dict[str, Any]:
    columns = () if name == "slice" else VIEWS[name]
    return {
        "name": name,
        "meaning": _MEANINGS[name],
        "columns": [
            {"name": one.name, "type": one.type, "meaning": one.meaning} for one in columns
        ],
    }
