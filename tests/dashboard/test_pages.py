"""The table of pages: each has a script, and every query parameter belongs to a page."""

import ast

from dashboard.pages import PAGES, list_params
from queries.filters.filters import FIELD_NAMES
from tests.support.paths import ROOT

VIEWS = ROOT / "dashboard" / "views"
BEFORE_ANY_PAGE = {"licence", "sign_in"}
NOT_RESTORED = {"page", "conversation", "turn", "beside", "sign_in"}
"""Parameters that a link to a page does not bring back."""

# The position of the parameter's name among the arguments.
READERS = {"show_choice": 1, "show_switch": 1, "show_text": 1, "get_param": 0, "get_number": 0}


def parameters_read() -> set[str]:
    """The query parameters that the dashboard reads by a name written in the code."""
    names = set()
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                function = getattr(node.func, "attr", getattr(node.func, "id", ""))
                position = READERS.get(function, len(node.args))
                if position < len(node.args) and isinstance(node.args[position], ast.Constant):
                    names.add(node.args[position].value)
    return names


def test_each_page_has_a_script_and_each_script_a_page():
    scripts = {path.stem for path in VIEWS.glob("*.py")} - {"__init__"} - BEFORE_ANY_PAGE
    assert [page.name for page in PAGES if page.name not in scripts] == []
    assert scripts == {page.name for page in PAGES}


def test_names_and_titles_are_unique():
    assert len({page.name for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)


def test_every_parameter_that_is_read_belongs_to_a_page():
    declared = {name for page in PAGES for name in page.params}
    assert len(parameters_read()) > 20
    assert parameters_read() - declared - NOT_RESTORED == set()
    assert declared & (NOT_RESTORED | set(FIELD_NAMES)) == set()


def test_a_conversation_keeps_the_parameters_of_its_lists():
    assert list_params("conversation") == (
        *("sort", "order", "seed"),
        *("q", "mode", "whose", "exact", "like", "like_turn"),
    )
    assert list_params("models") == ()
