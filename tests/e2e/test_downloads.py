"""What one takes away from a conversation: a copy, a link, a file."""

import json
from pathlib import Path

from playwright.sync_api import expect

from queries.removal.remove import remove
from queries.store.layout import StorePath
from tests.app.support.conversations import SECRETS
from tests.e2e.support.conversation_page import message, open_conversation
from tests.support.dashboard_process import serving


def test_an_id_a_link_and_code_are_copied(page, context, reading_url):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_conversation(page, reading_url, "t", "&model=gpt-4")
    for title, copied in (
        ("Copy the id", "t" * 32),
        ("Copy the link", f"{reading_url}/conversation?conversation={'t' * 32}"),
    ):
        page.get_by_title(title).click()
        expect(page.get_by_title(title)).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == copied
    page.get_by_role("button", name="Copy this code, python").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "print(1)  # one\n"


def test_a_link_says_where_it_leads_before_it_does(page, reading_url):
    open_conversation(page, reading_url, "L", "&read=rendered")
    text = message(page, "L", 2)
    expect(text.locator(".message-text a")).to_have_count(0)
    word = text.get_by_role("button", name="a page")
    word.click()
    link = text.get_by_role("link", name="Open http://a.example/b?c=d")
    expect(link).to_have_attribute("href", "http://a.example/b?c=d")
    assert {"noopener", "noreferrer"} <= set(str(link.get_attribute("rel")).split())
    expect(link).to_have_attribute("target", "_blank")
    expect(word).to_have_attribute("aria-expanded", "true")
    word.click()
    expect(text.locator(".message-text a")).to_have_count(0)


def test_a_download_is_what_the_page_shows(page, reading_url):
    open_conversation(page, reading_url, "c")
    for name, end in (("Published JSON", "json"), ("Markdown", "md")):
        page.get_by_role("button", name="Download").first.click()
        with page.expect_download() as started:
            page.get_by_role("button", name=name).click()
        file = started.value
        assert file.suggested_filename == f"conversation-{'c' * 32}.{end}"
        text = Path(file.path()).read_text(encoding="utf-8")
        assert not [secret for secret in SECRETS if secret in text]
        assert "Never." in text
        if end == "json":
            assert json.loads(text)["conversation_id"] == "c" * 32
        page.keyboard.press("Escape")


def test_a_download_is_for_this_browser_alone_and_not_kept(page, context, browser, reading_url):
    open_conversation(page, reading_url, "c")
    page.get_by_role("button", name="Download").first.click()
    with page.expect_download(), page.expect_request("**/chatscape/exports/**") as request_info:
        page.get_by_role("button", name="Published JSON").click()
    page.keyboard.press("Escape")
    address = request_info.value.url
    answer = context.request.get(address)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    with browser.new_context() as stranger:
        assert stranger.request.get(address).status == 404
        assert stranger.new_page().goto(reading_url)
        assert stranger.request.get(address).status == 404


def test_what_was_removed_meanwhile_is_not_downloaded_and_the_page_says_so(
    context, accepted_store, tmp_path
):
    with serving(accepted_store, tmp_path / "log") as url:
        page = context.new_page()
        open_conversation(page, url, "e")
        page.get_by_role("button", name="Download").first.click()
        with page.expect_download(), page.expect_request("**/chatscape/exports/**") as request_info:
            page.get_by_role("button", name="Markdown").click()
        remove(StorePath(accepted_store), ["e" * 32], "a test", "others")
        page.get_by_role("button", name="Markdown").click()
        expect(page.get_by_text("This file is gone or is not yours:")).to_be_visible()
        assert context.request.get(request_info.value.url).status == 404
