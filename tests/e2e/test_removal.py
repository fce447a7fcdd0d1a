"""A conversation that is removed is gone from every open page, and after a purge from the disk."""

import re

from playwright.sync_api import expect

from queries.cli import run
from queries.removal.open_files import processes_holding_deleted_files
from queries.store.layout import StorePath
from tests.e2e.support.page import go, settled
from tests.support.dashboard_process import serving

E, C = "e" * 32, "c" * 32


def test_an_operator_removes_and_purges_while_others_read(
    page, context, accepted_store, tmp_path, capsys
):
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{C}\n")
    store = str(accepted_store)
    with serving(accepted_store, tmp_path / "log") as url:
        other = context.new_page()
        go(other, f"{url}/browse")
        expect(other.get_by_text("12 conversations: all conversations")).to_be_visible()

        go(page, f"{url}/conversation?conversation={E}")
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_label("Reason").fill("asked for by its author")
        page.get_by_role("button", name="Remove conversation").click()
        expect(page.get_by_text("was permanently removed from this store")).to_be_visible()
        settled(page)
        page.reload()
        settled(page)
        page.get_by_role("button", name="More", exact=True).click()
        expect(page.get_by_role("button", name="Random conversation")).to_be_visible()
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)
        assert run(["remove", "--ids", str(ids), "--reason", "ticket 4711", "--store", store]) == 0

        other.get_by_role("button", name="Turns").click()
        expect(other.get_by_text("10 conversations: all conversations")).to_be_visible()
        go(other, f"{url}/log")
        removed = other.get_by_role("table", name="Removed conversations")
        expect(
            removed.get_by_role("row", name=re.compile(f"{C}.*ticket 4711.*not yet"))
        ).to_be_visible()
        assert removed.get_by_role("row").count() == 3

        assert run(["purge", "--store", store]) == 0
        assert not processes_holding_deleted_files(StorePath(accepted_store))
        other.get_by_role("link", name="Browse").click()
        expect(other.get_by_text("This is the newest one")).to_be_visible()
        expect(other.get_by_text("10 conversations: all conversations")).to_be_visible()
        go(other, f"{url}/about")
        expect(other.get_by_text("Permanently removed: 2 conversations.")).to_be_visible()
    assert "The confirmation is" in capsys.readouterr().out
