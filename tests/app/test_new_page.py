"""A new page takes a line in the table of pages and a script in `views/`, and nothing else."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import pages
from dashboard.process import open_stores
from tests.app.support.components import notices, texts, whole
from tests.support.paths import ROOT

LINE = pages.Page("greeting", "Greeting", ":material/waving_hand:", ("greet", "loud"))
SCRIPT = """
import streamlit as st

from dashboard.components.page_header import show_page_header
from dashboard.components.url_widgets import show_switch, show_text

filters, total = show_page_header()
name = show_text("Whom to greet", "greet", placeholder="a name")
is_loud = show_switch("Loud", "loud")
st.info(f"Hello {name}, {total} conversations" + ("!" if is_loud else "."))
"""


@pytest.fixture
def dashboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dashboard in which these two things were added, and nothing changed."""
    shutil.copytree(ROOT / "dashboard", tmp_path / "dashboard")
    (tmp_path / "dashboard" / "views" / "greeting.py").write_text(SCRIPT)
    monkeypatch.setattr(pages, "PAGES", (*pages.PAGES, LINE))
    monkeypatch.setattr("dashboard.components.page_links.PAGES", pages.PAGES)
    return tmp_path / "dashboard"


@pytest.fixture
def app(dashboard: Path, accepted: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CHATSCAPE_STORE", str(accepted))
    monkeypatch.setenv("CHATSCAPE_IN_MEMORY", "false")
    open_stores.settings.cache_clear()
    return AppTest.from_file(str(dashboard / "app.py"), default_timeout=60)


def link(app: AppTest, title: str) -> str:
    """The query of the link to a page in the sidebar."""
    (proto,) = (
        element.proto for element in app.sidebar.get("page_link") if element.proto.label == title
    )
    return str(proto.query_string)


def test_it_has_a_link_a_title_the_slice_and_its_own_parameters(app):
    app.query_params["model"] = "koala-13b"
    app.run()
    assert link(whole(app), "Greeting") == "model=koala-13b"

    app.switch_page("views/greeting.py").run()
    assert whole(app).title[0].value == "Greeting"
    assert texts(app) == ["3 conversations: koala-13b"]
    app.text_input(key="greet").set_value("Ada")
    app.toggle(key="loud").set_value(True)
    app.run()
    assert notices(whole(app)) == ["Hello Ada, 3 conversations!"]
    assert app.query_params["greet"] == "Ada"

    app.query_params = {"model": "koala-13b"}
    app.switch_page("views/overview.py").run()
    assert link(whole(app), "Greeting") == "model=koala-13b&greet=Ada&loud=true"
    assert link(app, "Models") == "model=koala-13b"


def test_readers_have_no_link_to_a_page_for_operators(app, monkeypatch):
    monkeypatch.setattr("dashboard.state.current_user.is_operator", lambda: False)
    titles = {element.proto.label for element in whole(app.run()).sidebar.get("page_link")}
    assert "Audit log" not in titles
    assert titles == {page.title for page in pages.PAGES if not page.is_for_operators}
