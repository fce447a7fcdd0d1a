"""A real Chromium on the real server. Waits for what a reader sees, never for a time."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.e2e.support.hostile_store import HOSTILE_ROWS, READING_ROWS
from tests.support import tiny_dataset
from tests.support.browser import chromium, chromium_arguments
from tests.support.dashboard_process import STOPPED, serving
from tests.support.stores import prepare_store

expect.set_options(timeout=120_000)

# Plotly may end a click on a chart that has been taken away meanwhile.
KNOWN_ERROR = re.compile(r"\w+\.emit is not a function")
# Streamlit looks for its server below the address of a page first, and finds it at the root.
KNOWN_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", help="folder that the pictures of the README are written to")


def pytest_report_header() -> str:
    return f"chromium: {subprocess.check_output([chromium(), '--version'], text=True).strip()}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {
        "executable_path": chromium(),
        "args": chromium_arguments(),
    }


@pytest.fixture(scope="session")
def sample_url(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(sample_folder, tmp_path_factory.mktemp("log") / "sample.log") as url:
        yield url


@pytest.fixture(scope="session")
def words_url(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of the sample with an index of its words."""
    folder = tmp_path_factory.mktemp("words")
    shutil.copytree(sample_folder, folder / "store")
    build_index(StorePath(folder / "store"), None, Silent())
    with serving(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def hostile_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of the twelve, and of conversations that want to break out."""
    folder = tmp_path_factory.mktemp("hostile")
    raw = tiny_dataset.write(folder / "raw.parquet", [*tiny_dataset.ROWS, *HOSTILE_ROWS])
    prepare_store(raw, folder / "store")
    accept(StorePath(folder / "store"), "a test")
    with serving(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def reading_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of conversations to be read, hostile ones among them."""
    folder = tmp_path_factory.mktemp("reading")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", READING_ROWS), folder / "store")
    accept(StorePath(folder / "store"), "a test")
    with serving(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture
def accepted_store(tiny_folder: Path, tmp_path: Path) -> Path:
    """A store of the twelve whose licence is accepted."""
    shutil.copytree(tiny_folder, tmp_path / "store")
    accept(StorePath(tmp_path / "store"), "a test")
    return tmp_path / "store"


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window for all tests: nothing of ours is kept in a browser but what it has compiled."""
    with browser.new_context() as window:
        yield window


@pytest.fixture(scope="session")
def tab(window: BrowserContext) -> Page:
    """The tab that tests take turns in: compiling the scripts again is most of a cold start."""
    return window.new_page()


@pytest.fixture
def context(window: BrowserContext, tab: Page) -> Iterator[BrowserContext]:
    """The window, for tests that open further pages or need permissions."""
    yield window
    window.clear_permissions()
    for further in window.pages:
        if further != tab:
            further.close()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """A page that must not complain, and must not ask any other machine for anything."""
    complaints: list[str] = []
    strangers: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "pageerror": lambda error: complaints.append(str(error)),
        "dialog": lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()),
        "console": lambda m: _note(complaints, m.type, m.text, m.location.get("url", "")),
        "request": lambda request: _note_stranger(strangers, request.url),
    }
    for event, listener in listeners.items():
        tab.on(event, listener)
    tab.set_viewport_size({"width": 1440, "height": 1000})
    try:
        yield tab
        expect(tab.get_by_test_id("stException")).to_have_count(0)
        assert not strangers
        assert not [complaint for complaint in complaints if not _is_known(complaint)]
    finally:
        tab.goto("about:blank")
        tab.emulate_media(color_scheme="light")
        for event, listener in listeners.items():
            tab.remove_listener(event, listener)


def _is_known(complaint: str) -> bool:
    """Whether the dashboard has no part in a complaint."""
    return bool(KNOWN_ERROR.fullmatch(complaint)) or _of_a_stopped_server(complaint)


def _of_a_stopped_server(complaint: str) -> bool:
    """Whether a page asked for more after its test had stopped the server."""
    failed = re.search(r"net::ERR_|Failed to fetch|WebSocket", complaint)
    address = re.search(r"(?:http|ws)://(127\.0\.0\.1:\d+)", complaint)
    return bool(failed and address and f"http://{address[1]}" in STOPPED)


def _note(complaints: list[str], kind: str, text: str, url: str) -> None:
    if kind == "error" and not KNOWN_404.search(url):
        complaints.append(f"{text} ({url})")


def _note_stranger(strangers: list[str], url: str) -> None:
    if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:|chrome-error:", url):
        strangers.append(url)


@pytest.fixture(scope="session")
def narrow_tab(browser: Browser) -> Iterator[Page]:
    """The tab of a telephone, in the dark."""
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, color_scheme="dark") as context:  # type: ignore[arg-type]
        yield context.new_page()


@pytest.fixture
def narrow(narrow_tab: Page) -> Iterator[Page]:
    """A page on a telephone, in the dark."""
    yield narrow_tab
    narrow_tab.goto("about:blank")
