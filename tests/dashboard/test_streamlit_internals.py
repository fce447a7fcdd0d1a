"""The dashboard starts and serves without any one of Streamlit's undocumented names."""

import ast
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard import streamlit_internals
from dashboard.streamlit_internals import FALLBACKS
from queries.errors import UsageError
from tests.support import server
from tests.support.paths import ROOT

UNDOCUMENTED = ("runtime", "web", "auth_util", "net_util", "logger")
INSTANCE_NAMES = {"streamlit.runtime.Runtime._session_mgr"}

# Hides a name from the dashboard alone: Streamlit itself still needs it.
HIDE = """
import importlib, os, sys, types

def is_for_dashboard():
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").startswith("importlib"):
        frame = frame.f_back
    return frame.f_globals.get("__name__", "").startswith("dashboard")

def hide(dotted):
    owner_name, _, name = dotted.rpartition(".")
    try:
        owner = importlib.import_module(owner_name)
        base = types.ModuleType
    except ImportError:
        module, _, cls = owner_name.rpartition(".")
        owner = base = getattr(importlib.import_module(module), cls)
    original = base.__getattribute__

    def look_up(self, attribute):
        if attribute == name and is_for_dashboard():
            raise AttributeError(attribute)
        return original(self, attribute)

    if base is types.ModuleType:
        owner.__class__ = type("Hiding", (base,), {"__getattribute__": look_up})
    else:
        owner.__getattribute__ = look_up

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "dashboard":
            sys.meta_path.remove(self)
            hide(os.environ["HIDDEN_NAME"])

sys.meta_path.insert(0, Finder())
"""


@pytest.fixture
def hidden(tmp_path: Path) -> dict[str, str]:
    """Variables under which Python hides the name in HIDDEN_NAME."""
    (tmp_path / "sitecustomize.py").write_text(HIDE)
    path = os.pathsep.join([str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path}


@pytest.mark.parametrize("name", FALLBACKS)
def test_each_name_is_there_in_the_installed_version(name):
    if name not in INSTANCE_NAMES:
        assert streamlit_internals._find(name) is not None


def test_only_one_module_uses_undocumented_names():
    offenders = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "dashboard").rglob("*.py"))
        if path.name != "streamlit_internals.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported_names(node)
        if name.startswith(tuple(f"streamlit.{part}" for part in UNDOCUMENTED))
    ]
    assert offenders == []


def imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    return [prefix + alias.name for alias in node.names]


@contextmanager
def kept_names() -> Iterator[None]:
    """Put back what these functions replace in Streamlit."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("streamlit.logger.setup_formatter", "streamlit.net_util.get_external_ip"):
            if (value := streamlit_internals._find(name)) is not None:
                patch.setattr(name, value)
        yield


@pytest.mark.parametrize("name", sorted(set(FALLBACKS) - INSTANCE_NAMES))
def test_without_a_name_every_function_does_without(name, monkeypatch):
    module, _, attribute = name.rpartition(".")
    monkeypatch.delattr(importlib.import_module(module), attribute)
    assert streamlit_internals.open_session_count() == 0
    assert streamlit_internals.session_id() is None
    with kept_names():
        streamlit_internals.configure_loggers(lambda _: None)
        streamlit_internals.disable_address_lookup()
    if "OpenID" in FALLBACKS[name]:
        with pytest.raises(UsageError, match=attribute):
            streamlit_internals.require_sign_in_cookies()
    else:
        streamlit_internals.require_sign_in_cookies()


def test_sessions_that_cannot_be_counted_are_none(monkeypatch):
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    for instance in (object(), type("Runtime", (), {"_session_mgr": object()})()):
        monkeypatch.setattr("streamlit.runtime.get_instance", lambda instance=instance: instance)
        assert streamlit_internals.open_session_count() == 0


def test_a_name_that_is_not_in_the_table_is_refused():
    with pytest.raises(KeyError):
        streamlit_internals._find("streamlit.runtime.Runtime")


def test_hiding_a_name_hides_it_from_the_dashboard_alone(hidden):
    check = (
        "import dashboard.streamlit_internals as i, streamlit.runtime as r; "
        "assert i._find('streamlit.runtime.exists') is None; assert r.exists() is False"
    )
    named = os.environ | hidden | {"HIDDEN_NAME": "streamlit.runtime.exists"}
    subprocess.run([sys.executable, "-c", check], env=named, check=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("name", FALLBACKS)
def test_without_a_name_the_dashboard_starts_and_serves(
    name, sample_folder, hidden, tmp_path, monkeypatch
):
    for variable, value in (hidden | {"HIDDEN_NAME": name}).items():
        monkeypatch.setenv(variable, value)
    with server.serving(sample_folder, tmp_path / "log") as host:
        with server.reading(host) as page:
            messages = server.opened(page, "model=koala-13b")
        while server.health(host)[0] != 200:  # Under load the store may answer too late for it.
            time.sleep(0.2)
    titles = [
        message.delta.new_element.heading.body
        for message in messages
        if message.WhichOneof("type") == "delta"
        and message.delta.new_element.WhichOneof("type") == "heading"
    ]
    assert "Overview" in titles
    assert "Traceback" not in (tmp_path / "log").read_text()
