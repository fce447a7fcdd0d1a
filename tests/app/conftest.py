import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import session
from tests import tiny
from tests.conftest import ROOT, prepared

Opener = Callable[..., AppTest]


def read(element: object) -> str:
    """What a reader sees of a text in which characters of Markdown are escaped."""
    return re.sub(r"\\(.)", r"\1", element.value)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new AppTest reads the metadata of every package: nine tenths of its time, and of no use."""
    scanner = "streamlit.components.v2.manifest_scanner"
    monkeypatch.setattr(f"{scanner}.scan_component_manifests", list)


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
def accepted(tiny_folder: Path, tmp_path: Path) -> Path:
    """A store of the twelve whose licence is accepted."""
    import shutil

    from queries.layout import StorePath
    from queries.licence import accept

    folder = tmp_path / "store"
    shutil.copytree(tiny_folder, folder)
    accept(StorePath(folder), "a test")
    return folder


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
