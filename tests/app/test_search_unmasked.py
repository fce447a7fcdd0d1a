"""Operators may search texts as they are, which is recorded; readers may not, whatever is sent."""

import pytest

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.state.audit_log import audit_events
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.app.support.components import components, texts
from tests.app.support.people import ADA, LINUS
from tests.app.support.search_page import cards
from tests.support import tiny_dataset
from tests.support.stores import prepare_store

MAIL = "fabrizia@zephyrmail.example"


@pytest.fixture
def folder(tmp_path):
    rows = [*tiny_dataset.ROWS, tiny_dataset.row("s", "gpt-4", "English", f"Ask {MAIL}", "Yes")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    accept(StorePath(tmp_path / "store"), "a test")
    build_index(StorePath(tmp_path / "store"), None, Silent())
    return tmp_path / "store"


def events(folder):
    return audit_events(StorePath(folder)).to_dict("records")


def test_an_operator_finds_a_masked_word_and_that_is_recorded(opened, folder, sign_in_as):
    sign_in_as(ADA)
    app = opened(folder, "search", q="fabrizia", mode="words")
    assert app.info[0].value.startswith("No results")
    assert events(folder) == []
    app = app.toggle(key="search_unmasked").set_value(True).run()
    (card,) = cards(app)
    assert "".join(piece for piece, _ in card["pieces"]) == f"Ask {MAIL}"
    (event,) = events(folder)
    assert (event["what"], event["of"], event["who"]) == ("unmasked", "search fabrizia", "ada")
    # Masked words cannot be a filter, which every reader of a link could use.
    assert app.button(key="make_slice").disabled


def test_a_reader_finds_no_masked_word_whatever_is_sent(opened, folder, sign_in_as):
    sign_in_as(LINUS)
    app = opened(folder, "search", q="fabrizia", mode="words")
    assert "search_unmasked" not in {toggle.key for toggle in app.toggle}
    app.session_state["search_unmasked"] = True
    app = app.run()
    assert "search_results" not in components(app)
    assert MAIL not in " ".join(texts(app))
    assert events(folder) == []
