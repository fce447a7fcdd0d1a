"""An error that nobody foresaw: a page says that there was one, and nothing else of it."""

import os
import sys

import pytest
from playwright.sync_api import expect

from tests.support.dashboard_process import started
from tests.support.paths import ROOT

BREAKING = """
import sys

class Breaking:
    def find_spec(self, name, path=None, target=None):
        if name == "dashboard.panels.lengths.repeated_prompts":
            raise RuntimeError("a word of the data")

sys.meta_path.insert(0, Breaking())
"""
"""Has a page fail while it is drawn, in the process of a real server."""


def test_an_error_in_a_page_shows_nothing_of_itself(context, sample_folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BREAKING)
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    found_first = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    with (  # noqa: PT012
        pytest.raises(AssertionError, match="RuntimeError"),  # The log has it.
        started(
            [*command, "--store", str(sample_folder)],
            tmp_path / "log",
            env=os.environ | found_first,
        ) as url,
    ):
        page = context.new_page()
        page.goto(f"{url}/lengths")
        expect(page.get_by_text("Something went wrong.")).to_be_visible()
        html = page.content()
    for part in ("RuntimeError", "Traceback", ".py", str(ROOT), "a word of the data"):
        assert part not in html, part
