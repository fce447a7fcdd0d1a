"""A wheel, in an environment with nothing else, in a folder that knows nothing of the project."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.support.page import figure, go
from tests.support.dashboard_process import started
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT))
    (built,) = folder.glob("chatscape-*.whl")
    return built


def test_a_wheel_carries_everything_that_is_not_python(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, ending in (("queries/sql", "sql"), ("dashboard/components", "js")):
        for path in (ROOT / folder).glob(f"*.{ending}"):
            assert str(path.relative_to(ROOT)) in names
    assert "queries/assets/sample/sample.parquet" in names
    assert "queries/assets/datasets/lmsys_chat/licence.md" in names
    assert "queries/assets/logo.svg" in names
    assert "dashboard/.streamlit/config.toml" in names
    assert not {name for name in names if name.startswith("tests/")}


def test_a_wheel_alone_serves_the_sample_from_any_folder(wheel, page, tmp_path):
    environment = tmp_path / "environment"
    _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    into = ("--python", str(environment / "bin" / "python"))
    constraints = str(ROOT / "constraints.txt")
    # What is imported is compiled then, which is a small part of what is installed.
    how = ("-q", "--no-compile", "-c", constraints)
    _run(sys.executable, "-m", "pip", *into, "install", *how, str(wheel))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clean = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    chatscape = str(environment / "bin" / "chatscape")
    with started(
        [chatscape, "serve"],
        tmp_path / "log",
        cwd=elsewhere,
        env=clean | {"HOME": str(tmp_path)},
    ) as url:
        go(page, url)
        expect(figure(page, "Conversations")).to_have_text("2,000")
        expect(page.locator(".js-plotly-plot .barlayer")).to_have_count(4)
    assert list(elsewhere.iterdir()) == []


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
