import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import session
from tests.conftest import ROOT

Opener = Callable[..., AppTest]


def read(element: object) -> str:
    """What a reader sees of a text in which characters of Markdown are escaped."""
    return re.sub(r"\\(.)", r"\1", element.value)  # type: ignore[attr-defined]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens the dashboard on a store, at an address."""

    def open_(store: Path, view: str = "overview", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("CHATSCAPE_STORE", str(store))
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
