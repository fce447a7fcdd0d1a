"""The SQL editor, with examples and a list of columns."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components.custom_component import custom_component
from dashboard.process.editor_bundle import editor_script_url
from queries.sql_console.function_names import FUNCTIONS_OFFERED
from queries.sql_console.views import EXAMPLES, VIEWS

_EDITOR = custom_component(__name__, "code_editor")

_KEYWORDS = (
    "all and any as asc between by case cast cross desc distinct else end except exists false "
    "fetch filter first following from full group grouping having ilike in inner intersect is "
    "join last lateral left like limit not null nulls offset on or order outer over partition "
    "positional preceding qualify range recursive right rows sample select semi sets similar "
    "then true unbounded union unnest using values when where window with within anti asof pivot"
)
"""The words of a SELECT, which are highlighted and completed."""

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
            "functions": [{"name": n, "meaning": text} for n, text in FUNCTIONS_OFFERED.items()],
            "keywords": _KEYWORDS,
            "source": editor_script_url(),
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
