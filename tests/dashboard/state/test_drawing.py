"""State never draws: it reads and writes the session, the address and the request, no more."""

import ast

from tests.support.paths import ROOT

ALLOWED = {"session_state", "query_params", "context", "user"}


def test_the_state_package_uses_nothing_of_streamlit_that_draws():
    uses = [
        f"{path.name}: st.{node.attr}"
        for path in sorted((ROOT / "dashboard" / "state").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "st"
        and node.attr not in ALLOWED
    ]
    assert uses == []
