"""Thousands of stacked combining marks never make a page wider than the screen."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.e2e.support.conversation_page import load_all
from tests.e2e.support.page import assert_fits, go, settled
from tests.e2e.support.sql_page import write
from tests.support import tiny_dataset
from tests.support.dashboard_process import serving
from tests.support.hostile_texts import HOSTILE_TEXTS
from tests.support.stores import prepare_store

MARKS = HOSTILE_TEXTS["towers"]
NAME = "M" + MARKS[1:801]
MARKDOWN = (
    f"# {MARKS}\n\n- {MARKS}\n\n> {MARKS}\n\n| a | b |\n|---|---|\n| {MARKS} | x |\n\n{MARKS}"
)
ROWS = [
    tiny_dataset.row("V", NAME, "L" + NAME, f"hello {MARKS}", MARKDOWN),
    tiny_dataset.row("W", NAME, "L" + NAME, f"hello {MARKS}", "hello"),
]
PATHS = {
    "overview": f"?model={quote(NAME)}",
    "models": "models",
    "list": "browse",
    "search": "search?mode=words&q=hello",
    "conversation": f"conversation?conversation={'V' * 32}",
    "rendered": f"conversation?conversation={'V' * 32}&read=rendered",
    "beside": f"conversation?conversation={'V' * 32}&beside={'W' * 32}",
}
STATEMENT = "select text, role from messages order by length(text) desc"


@pytest.fixture(scope="module")
def marks_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of conversations whose texts, model and language are stacks of marks."""
    folder = tmp_path_factory.mktemp("marks")
    raw = tiny_dataset.write(folder / "raw.parquet", [*tiny_dataset.ROWS, *ROWS])
    prepare_store(raw, folder / "store")
    accept(StorePath(folder / "store"), "a test")
    build_index(StorePath(folder / "store"), None, Silent())
    with serving(folder / "store", folder / "log") as url:
        yield url


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_no_page_gets_wider_than_the_screen(page, narrow, marks_url, path):
    for tab in (page, narrow):
        go(tab, f"{marks_url}/{path}")
        main = tab.get_by_test_id("stMain")
        # Names in charts, chosen filters and cards: wherever the page writes one, it is there.
        expect(main.get_by_text("M\u0300").or_(main.get_by_text("hello")).first).to_be_attached()
        load_all(tab)
        assert_fits(tab)


def test_cells_of_a_statement_do_not_widen_the_page(page: Page, narrow: Page, marks_url: str):
    for tab in (page, narrow):
        go(tab, f"{marks_url}/sql")
        write(tab, STATEMENT)
        tab.keyboard.press("Control+Enter")
        expect(tab.get_by_role("region", name="Rows 1 to").locator("td").first).to_be_visible()
        settled(tab)
        assert_fits(tab)
