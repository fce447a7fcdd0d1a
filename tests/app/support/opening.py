"""Fixtures that open a page without a browser; a conftest imports them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.process import open_stores
from tests.support.paths import ROOT

Opener = Callable[..., AppTest]


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


@pytest.fixture(autouse=True)
def no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An AppTest has a mock where a browser has cookies."""
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: {}))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens the dashboard on a store, at an address."""

    def open_(store: Path, view: str = "overview", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("CHATSCAPE_STORE", str(store))
        # It begins four seconds later: by then a test is over, and the last one's process ends.
        monkeypatch.setenv("CHATSCAPE_IN_MEMORY", "false")
        open_stores.settings.cache_clear()
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if view != "overview":
            app.switch_page(f"views/{view}.py")
        return app.run()

    return open_
