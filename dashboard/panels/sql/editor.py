"""The SQL editor, with examples and a list of columns."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components.custom_component import custom_component
from queries.sql_console.views import EXAMPLES, VIEWS

_EDITOR = custom_component(__name__)

_DESCRIPTIONS = {
    "conversations": "one row per conversation",
    "messages": "one row per message",
    "slice": "the conversations in the current slice, with the same columns",
}


def show_editor(statement: str, *, key: str, on_run: Callable[[str], None]) -> None:
    """Draw the editor. What is typed stays in the browser until it is run.

    Args:
        statement: the last statement; if it changes, it replaces what is typed.
        key: key of the editor on its page.
        on_run: called with the statement to run.
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
        "meaning": _DESCRIPTIONS[name],
        "columns": [
            {"name": column.name, "type": column.type, "meaning": column.meaning}
            for column in columns
        ],
    }
