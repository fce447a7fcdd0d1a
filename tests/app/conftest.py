import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import session
from tests import tiny
from tests.conftest import ROOT, SAMPLE, prepared

Opener = Callable[..., AppTest]


def read(element: object) -> str:
    """What a reader sees of a text in which characters of Markdown are escaped."""
    return re.sub(r"\\(.)", r"\1", element.value)  # type: ignore[attr-defined]


@cache
def raw() -> dict[str, dict[str, Any]]:
    """The rows of the sample as they are in its file, by id."""
    return {row["conversation_id"]: row for row in pq.read_table(SAMPLE).to_pylist()}


def messages(key: str) -> list[tuple[str, str, bool]]:
    """Role, text and verdict of each message of a conversation."""
    row = raw()[key]
    pairs = zip(row["conversation"], row["openai_moderation"], strict=True)
    return [(said["role"], said["content"], verdict["flagged"]) for said, verdict in pairs]


def having(pattern: str, role: str = "any", **values: str) -> set[str]:
    """Ids of the conversations with a message of a role in which a pattern is found."""
    return {
        key
        for key, row in raw().items()
        if values.items() <= row.items()
        and any(
            role in ("any", of) and re.search(pattern, text.lower())
            for of, text, _ in messages(key)
        )
    }


def similarities(question: str, without: str = "") -> dict[str, float]:
    """How near each conversation is by its nearest user message but one, nearest first."""
    from tests.embedding import DictionaryEmbedder

    model = DictionaryEmbedder()
    vector = model.question(question)
    near = cache(lambda text: float(model.question(text) @ vector))
    said = {key: {text for _, text, _ in messages(key)[::2]} - {without} for key in raw()}
    nearest = {key: max(map(near, texts)) for key, texts in said.items() if texts}
    return dict(sorted(nearest.items(), key=lambda pair: -pair[1]))


def cards(app: AppTest) -> list[dict[str, Any]]:
    """What is on the page Search, best first."""
    from tests.app.reading import data

    results: list[dict[str, Any]] = data(app, "search_results")["results"]
    return results


def found(app: AppTest) -> list[str]:
    """Ids on the page Search, in order, also those that are folded into the card above."""
    hrefs = [one["href"] for card in cards(app) for one in (card, *card["repeats"])]
    return [href.partition("conversation=")[2][:32] for href in hrefs]


def shown(card: dict[str, Any]) -> tuple[str, str, str, str, bool]:
    """Conversation, turn, role, text and verdict of what a card shows, as the sample has them."""
    key, turn = card["id"].split(":")
    return key, turn, *messages(key)[2 * int(turn) - 1 - card["isUser"]]


@pytest.fixture(autouse=True)
def no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new AppTest reads the metadata of every package: nine tenths of its time, and of no use."""
    scanner = "streamlit.components.v2.manifest_scanner"
    monkeypatch.setattr(f"{scanner}.scan_component_manifests", list)


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An AppTest has a mock where a browser of this machine has no address."""
    address = "streamlit.runtime.context.ContextProxy.ip_address"
    monkeypatch.setattr(address, property(lambda _: None))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens the dashboard on a store, at an address."""

    def open_(store: Path, view: str = "overview", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("CHATSCAPE_STORE", str(store))
        # It begins four seconds later: by then a test is over, and the last one's process ends.
        monkeypatch.setenv("CHATSCAPE_IN_MEMORY", "false")
        session.settings.cache_clear()
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if view != "overview":
            app.switch_page(f"views/{view}.py")
        return app.run()

    return open_


@pytest.fixture
def accepted(own_folder: Path) -> Path:
    """A store of the twelve whose licence is accepted."""
    from queries.layout import StorePath
    from queries.licence import accept

    accept(StorePath(own_folder), "a test")
    return own_folder


@pytest.fixture(scope="session")
def odd_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a store of `tests/app/odd.py`, once, its licence accepted."""
    from queries.layout import StorePath
    from queries.licence import accept
    from tests.app.odd import ROWS_OF

    @cache
    def made(name: str) -> Path:
        folder = tmp_path_factory.mktemp("odd")
        prepared(tiny.write(folder / "raw.parquet", ROWS_OF[name]), folder / "store")
        accept(StorePath(folder / "store"), "a test")
        return folder / "store"

    return made


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are drawn by our own component, as under ``chatscape serve``."""
    monkeypatch.setattr("dashboard.plotly_script.address", lambda: "/plotly.js")


@pytest.fixture
def indexed(opened: Opener, indexed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens a view of the indexed sample, whose model is a dictionary."""
    from tests.embedding import DictionaryEmbedder

    monkeypatch.setattr("queries.search.index.embedder_of", lambda _: DictionaryEmbedder())
    return partial(opened, indexed_folder)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What is asked on the page SQL, each with its limits."""
    from dashboard.asking import console

    found: list[Any] = []
    ask = console.ask

    def note(store: Any, question: Any, limits: Any, **more: Any) -> Any:
        found.append((question, limits))
        return ask(store, question, limits, **more)

    monkeypatch.setattr(console, "ask", note)
    yield found
    console.close()


@pytest.fixture(scope="session")
def words_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twelve, and one whose 55th message has a needle, indexed by words alone."""
    from queries.layout import StorePath
    from queries.licence import accept
    from queries.prepare.index.build import build_index
    from queries.progress import Silent

    folder = tmp_path_factory.mktemp("words")
    long = tiny.row("x", "gpt-4", "English", *[f"message {n}" for n in range(54)], "needle", "yes")
    prepared(tiny.write(folder / "raw.parquet", [*tiny.ROWS, long]), folder / "store")
    accept(StorePath(folder / "store"), "a test")
    build_index(StorePath(folder / "store"), None, Silent())
    return folder / "store"


@pytest.fixture(scope="session")
def read_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of `tests/app/conversations.py`, its licence accepted."""
    from queries.layout import StorePath
    from queries.licence import accept
    from tests.app.conversations import ROWS

    folder = tmp_path_factory.mktemp("read")
    prepared(tiny.write(folder / "raw.parquet", ROWS), folder / "store")
    accept(StorePath(folder / "store"), "a test")
    return folder / "store"


@pytest.fixture
def opening(opened: Opener, read_folder: Path) -> Opener:
    """Opens a conversation of `tests/app/conversations.py` by its letter."""

    def open_(letter: str, **query: str) -> AppTest:
        return opened(read_folder, "conversation", conversation=letter * 32, **query)

    return open_
