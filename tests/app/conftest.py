from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.process import open_stores
from queries.access import User
from tests.app.support.opening import Opener
from tests.app.support.opening import no_cookies as no_cookies
from tests.app.support.opening import no_search_for_components as no_search_for_components
from tests.app.support.opening import on_this_machine as on_this_machine
from tests.app.support.opening import opened as opened
from tests.app.support.people import set_user
from tests.support import tiny_dataset
from tests.support.stores import prepare_store


@pytest.fixture
def sign_in_as(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[User | None], None]]:
    """Sends the next requests as a user signed in by the proxy; with None, past the proxy."""
    monkeypatch.setenv("CHATSCAPE_SIGN_IN", "proxy")
    monkeypatch.setenv("CHATSCAPE_PROXY_SECRET", "0123456789abcdef" * 4)
    yield partial(set_user, monkeypatch)
    open_stores.settings.cache_clear()


@pytest.fixture
def accepted(own_folder: Path) -> Path:
    """A store of the twelve whose licence is accepted."""
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    accept(StorePath(own_folder), "a test")
    return own_folder


@pytest.fixture(scope="session")
def odd_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a store of `tests/app/support/odd_stores.py`, once, its licence accepted."""
    from queries.state.licence import accept
    from queries.store.layout import StorePath
    from tests.app.support.odd_stores import ROWS_OF

    @cache
    def make_store(name: str) -> Path:
        folder = tmp_path_factory.mktemp("odd")
        prepare_store(tiny_dataset.write(folder / "raw.parquet", ROWS_OF[name]), folder / "store")
        accept(StorePath(folder / "store"), "a test")
        return folder / "store"

    return make_store


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are drawn by our own component, as under ``chatscape serve``."""
    monkeypatch.setattr("dashboard.process.plotly_bundle.script_url", lambda: "/plotly.js")


@pytest.fixture
def indexed(opened: Opener, indexed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens a view of the indexed sample, whose model is a dictionary."""
    from tests.support.fake_embedder import DictionaryEmbedder

    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    return partial(opened, indexed_folder)


@pytest.fixture
def sql_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The requests of the page SQL, each with its limits."""
    from dashboard.state.sql_results import console

    requests: list[Any] = []
    run = console.run

    def record(store: Any, request: Any, limits: Any, **options: Any) -> Any:
        requests.append((request, limits))
        return run(store, request, limits, **options)

    monkeypatch.setattr(console, "run", record)
    yield requests
    console.close()


@pytest.fixture(scope="session")
def words_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twelve, and one whose 55th message has a needle, indexed by words alone."""
    from queries.prepare.index.build import build_index
    from queries.runtime.progress import Silent
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    folder = tmp_path_factory.mktemp("words")
    long = tiny_dataset.row(
        "x", "gpt-4", "English", *[f"message {n}" for n in range(54)], "needle", "yes"
    )
    prepare_store(
        tiny_dataset.write(folder / "raw.parquet", [*tiny_dataset.ROWS, long]), folder / "store"
    )
    accept(StorePath(folder / "store"), "a test")
    build_index(StorePath(folder / "store"), None, Silent())
    return folder / "store"


@pytest.fixture(scope="session")
def read_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of `tests/app/support/conversations.py`, its licence accepted."""
    from queries.state.licence import accept
    from queries.store.layout import StorePath
    from tests.app.support.conversations import ROWS

    folder = tmp_path_factory.mktemp("read")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", ROWS), folder / "store")
    accept(StorePath(folder / "store"), "a test")
    return folder / "store"


@pytest.fixture
def opening(opened: Opener, read_folder: Path) -> Opener:
    """Opens a conversation of `tests/app/support/conversations.py` by its letter."""

    def open_(letter: str, **query: str) -> AppTest:
        return opened(read_folder, "conversation", conversation=letter * 32, **query)

    return open_
