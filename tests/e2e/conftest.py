"""A real Chromium on the real server. Waits for what a reader sees, never for a time."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from queries.layout import StorePath
from queries.licence import accept
from queries.prepare.index.build import build_index
from queries.progress import Silent
from tests import tiny
from tests.browsing import chromium, chromium_arguments, free_port, wait_until_healthy
from tests.conftest import prepared
from tests.e2e.hostile import HOSTILE_ROWS, READING_ROWS

expect.set_options(timeout=20_000)

# Streamlit looks for its server below the address of a page first, and finds it at the root.
KNOWN_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")


# Streamlit answers a browser that has left between two steps of saying hello, and tells the log
# why signing in with a provider failed.
KNOWN_COMPLAINT = re.compile(
    r"(?:Exception in ASGI application\nTraceback:\n(?:    [^\n]*\n)+"
    r"starlette\.websockets\.WebSocketDisconnected[^\n]*\n)"
    r"|(?:OAuth token exchange failed|Error during OAuth authorization)[^\n]*\n"
    r"Traceback:\n(?:    [^\n]*\n)+\S*Error[^\n]*\n"
)


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


@contextmanager
def serving(store: Path, log: Path) -> Iterator[str]:
    """The address of a dashboard of a store."""
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    with started([*command, "--store", str(store)], log) as url:
        yield url


@contextmanager
def started(
    command: list[str], log: Path, *, port: int | None = None, **options: Any
) -> Iterator[str]:
    """The address of a dashboard that a command starts on a port, by default a free one."""
    port = port or free_port()
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, **options
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log.read_text)
        yield f"http://127.0.0.1:{port}"
        complaints = KNOWN_COMPLAINT.sub("", log.read_text())
        assert "Traceback" not in complaints, complaints
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


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
    raw = tiny.write(folder / "raw.parquet", [*tiny.ROWS, *HOSTILE_ROWS])
    prepared(raw, folder / "store")
    accept(StorePath(folder / "store"), "a test")
    with serving(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def reading_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of conversations to be read, hostile ones among them."""
    folder = tmp_path_factory.mktemp("reading")
    prepared(tiny.write(folder / "raw.parquet", READING_ROWS), folder / "store")
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
        assert not complaints
    finally:
        tab.goto("about:blank")
        tab.emulate_media(color_scheme="light")
        for event, listener in listeners.items():
            tab.remove_listener(event, listener)


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


def go(page: Page, address: str) -> None:
    """Open an address, and wait until all that it shows is there."""
    page.goto(address)
    settled(page)


SETTLED = """() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton]')"""


def settled(page: Page) -> None:
    """Wait until the script has run and all that it shows is there."""
    page.wait_for_function(SETTLED, timeout=20_000)


def figure(page: Page, label: str) -> Any:
    """The value of a figure on the overview."""
    metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return metric.get_by_test_id("stMetricValue")
