"""Two processes on one store, each where it is mounted for it, with one database."""

import pytest
from playwright.sync_api import expect

from queries.access_log import noted
from queries.layout import StorePath
from tests import tiny
from tests.app.conversations import ROWS
from tests.conftest import prepared
from tests.e2e.conftest import go, serving


@pytest.mark.usefixtures("postgres_state")
def test_two_processes_have_one_log_and_one_acceptance(page, tmp_path):
    prepared(tiny.write(tmp_path / "raw.parquet", ROWS), tmp_path / "store")
    (tmp_path / "elsewhere").symlink_to("store")
    with (
        serving(tmp_path / "store", tmp_path / "one.log") as one,
        serving(tmp_path / "elsewhere", tmp_path / "other.log") as other,
    ):
        go(page, one)
        page.get_by_text("I have read this").click()
        page.get_by_role("button", name="Accept and continue").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        go(page, f"{other}/conversation?conversation={'m' * 32}")
        page.get_by_role("button", name="Masked").click()
        page.get_by_role("button", name="Show what is masked").click()
        expect(page.get_by_text("jo@example.com").first).to_be_visible()
        go(page, f"{one}/log")
        expect(page.get_by_role("cell", name="m" * 32)).to_be_visible()
        page.goto("about:blank")
    assert noted(StorePath(tmp_path / "store"))["what"].tolist() == ["unmasked"]
    assert [path.name for path in (tmp_path / "store" / "state").iterdir()] == ["identity"]
