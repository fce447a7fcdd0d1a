"""Two processes on one store, each where it is mounted for it, with one database."""

import pytest
from playwright.sync_api import expect

from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from tests.app.support.conversations import ROWS
from tests.e2e.support.page import go
from tests.support import tiny_dataset
from tests.support.dashboard_process import serving
from tests.support.stores import prepare_store


@pytest.mark.usefixtures("postgres_state")
def test_two_processes_have_one_log_and_one_acceptance(page, tmp_path):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", ROWS), tmp_path / "store")
    (tmp_path / "elsewhere").symlink_to("store")
    with (
        serving(tmp_path / "store", tmp_path / "one.log") as first,
        serving(tmp_path / "elsewhere", tmp_path / "other.log") as second,
    ):
        go(page, first)
        page.get_by_text("I have read this").click()
        page.get_by_role("button", name="Accept and continue").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        go(page, f"{second}/conversation?conversation={'m' * 32}")
        page.get_by_role("button", name="Masked").click()
        page.get_by_role("button", name="Unmask").click()
        expect(page.get_by_text("jo@example.com").first).to_be_visible()
        go(page, f"{first}/log")
        expect(page.get_by_role("cell", name="m" * 32)).to_be_visible()
        page.goto("about:blank")
    assert audit_events(StorePath(tmp_path / "store"))["what"].tolist() == ["unmasked"]
    assert [path.name for path in (tmp_path / "store" / "state").iterdir()] == ["identity"]
