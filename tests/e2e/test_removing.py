"""A conversation that is removed is gone from every open page, and after a purge from the disk."""

import re

from playwright.sync_api import expect

from queries.cli import run
from queries.layout import StorePath
from queries.removal.holders import holders
from tests.e2e.conftest import go, serving, settled

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
        page.get_by_role("button", name="Remove").click()
        page.get_by_label("Reason").fill("asked for by its author")
        page.get_by_role("button", name="Remove it").click()
        expect(page.get_by_text("was removed from this store for good")).to_be_visible()
        settled(page)
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
        assert not holders(StorePath(accepted_store))
        other.get_by_role("link", name="Browse").click()
        expect(other.get_by_text("this is the newest one")).to_be_visible()
        expect(other.get_by_text("10 conversations: all conversations")).to_be_visible()
        go(other, f"{url}/about")
        expect(other.get_by_text("Removed for good: 2 conversations.")).to_be_visible()
    assert "The confirmation is" in capsys.readouterr().out
