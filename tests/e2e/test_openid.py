"""Signing in by OpenID, through a browser and a provider that says what a test wants."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.pages import PAGES
from tests.e2e.support.export_page import open_export_page, prepare_export
from tests.e2e.support.oidc_provider import CLIENT, PASSWORD, Fault, Provider, providing
from tests.e2e.support.page import figure, go, settled
from tests.support.browser import free_port
from tests.support.dashboard_process import started
from tests.support.paths import SAMPLE

ADA = {"sub": "1", "email": "ada@example.org", "email_verified": True, "groups": ["keepers"]}
LINUS = {"sub": "2", "email": "linus@example.org", "email_verified": True, "groups": ["people"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def url(
    provider: Provider, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A dashboard of the sample that people sign in to."""
    port = free_port()
    settings = {
        "SIGN_IN": "openid",
        "OPENID_URL": f"{provider.url}/.well-known/openid-configuration",
        "OPENID_CLIENT_ID": CLIENT,
        "OPENID_CLIENT_SECRET": PASSWORD,
        "OPENID_REDIRECT_URL": f"http://127.0.0.1:{port}/oauth2callback",
        "OPERATOR_GROUPS": "keepers",
    }
    named = {f"CHATSCAPE_{name}": text for name, text in settings.items()}
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    with started(
        [*command, "--store", str(sample_folder)],
        tmp_path_factory.mktemp("openid") / "log",
        port=port,
        env=os.environ | named,
    ) as url:
        yield url


@pytest.fixture(scope="module")
def own_window(browser: Browser) -> Iterator[BrowserContext]:
    """A window for these tests: no cookie of theirs comes to others."""
    with browser.new_context(viewport={"width": 1440, "height": 1000}) as own_window:
        yield own_window


@pytest.fixture
def person(own_window: BrowserContext, provider: Provider) -> Iterator[BrowserContext]:
    """Somebody who is not signed in, and whom the provider will take for a reader."""
    provider.person, provider.fault = LINUS, None
    yield own_window
    for page in own_window.pages:
        page.close()
    own_window.clear_cookies()


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    settled(page)


def copy_of(cookies: list[Any], browser: Browser) -> BrowserContext:
    """Another browser with the same cookies."""
    other = browser.new_context()
    other.add_cookies(cookies)
    return other


def frames_of(page: Page) -> list[bytes]:
    """What a server sends to a page from now on, as it comes."""
    frames: list[bytes] = []

    def note(frame: str | bytes) -> None:
        frames.append(frame.encode() if isinstance(frame, str) else frame)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    return frames


@pytest.fixture(scope="module")
def conversation() -> tuple[str, str]:
    """The id of a conversation that nothing covers, and how its first message begins."""
    with duckdb.connect() as connection:
        row = connection.execute(
            f"""
            select conversation_id, conversation[1].content[:30] from read_parquet('{SAMPLE}')
            where regexp_matches(conversation[1].content, '^[A-Za-z ]{{30}}')
              and not list_bool_or([one.flagged for one in openai_moderation])
            order by conversation_id
            """
        ).fetchone()
    assert row is not None
    return row


def expect_outside(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stPageLink")).to_have_count(0)
    expect(page.get_by_test_id("stMain").get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("heading")).to_have_text("Chatscape")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_nobody_is_shown_or_sent_anything_of_the_data(person, url, conversation):
    page = person.new_page()
    frames = frames_of(page)
    page_address = f"conversation?conversation={conversation[0]}"
    for path in ("", page_address, "log", "browse", "search?q=museum"):
        frames.clear()
        go(page, f"{url}/{path}")
        expect_outside(page)
        sent = b"".join(frames)
        assert b"Sign in to see" in sent
        for word in ("vicuna", "2,000", "Arabic", conversation[1]):
            assert word.encode() not in sent, (path, word)


def test_one_comes_back_to_the_conversation_that_one_wanted(person, url, conversation):
    page = person.new_page()
    frames = frames_of(page)
    wanted = f"{url}/conversation?language=English&conversation={conversation[0]}"
    go(page, wanted)
    sign_in(page)
    assert page.url == wanted
    expect(page.get_by_text(conversation[1]).first).to_be_visible()
    assert conversation[1].encode() in b"".join(frames)
    page.reload()
    expect(page.get_by_text(conversation[1]).first).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_reader_has_no_log_and_shows_no_contact_data(person, url, conversation):
    page = person.new_page()
    go(page, url)
    sign_in(page)
    expect(page.get_by_text(re.compile(r"linus@\W?example\.org, reader"))).to_be_visible()
    for_readers = [listed for listed in PAGES if not listed.is_for_operators]
    expect(page.get_by_test_id("stPageLink")).to_have_count(len(for_readers))
    go(page, f"{url}/log")
    expect(page.get_by_text("Only an operator may see the audit log")).to_be_visible()
    go(page, f"{url}/conversation?conversation={conversation[0]}")
    page.get_by_role("button", name="Masked").click()
    expect(page.get_by_text("Only an operator can unmask.")).to_be_visible()
    expect(page.get_by_role("button", name="Unmask")).to_have_count(0)


def test_a_member_of_the_group_of_operators_is_one(person, provider, url, conversation):
    provider.person = ADA
    page = person.new_page()
    go(page, f"{url}/log")
    sign_in(page)
    expect(page.get_by_text(re.compile(r"ada@\W?example\.org, operator"))).to_be_visible()
    expect(page.get_by_test_id("stPageLink")).to_have_count(len(PAGES))
    expect(page.get_by_role("heading", level=1, name="Audit log", exact=True)).to_be_visible()
    go(page, f"{url}/conversation?conversation={conversation[0]}")
    page.get_by_role("button", name="Masked").click()
    expect(page.get_by_role("button", name="Unmask")).to_be_visible()


def test_a_sign_out_holds_in_every_tab_and_for_every_copy(person, browser, provider, url):
    page, second = person.new_page(), person.new_page()
    go(page, url)
    sign_in(page)
    go(second, url)
    expect(figure(second, "Conversations")).to_have_text("2,000")
    cookies = person.cookies()
    with copy_of(cookies, browser) as other:
        third = other.new_page()
        go(third, url)
        expect(figure(third, "Conversations")).to_have_text("2,000")
        sign_outs = len(provider.sign_outs)
        page.get_by_role("button", name="Sign out").click()
        expect_outside(page)
        assert page.url == f"{url}/"
        assert len(provider.sign_outs) == sign_outs + 1
        # Without a reload, a page stays as it is until something is done there.
        for open_page in (second, third):
            open_page.get_by_text("Log scale").click()
            expect_outside(open_page)
        for open_page in (second, third):
            open_page.reload()
            expect_outside(open_page)


def test_a_cookie_that_was_changed_is_refused(person, browser, url):
    page = person.new_page()
    go(page, url)
    sign_in(page)
    # Not the last letter: some of its bits mean nothing.
    for place in (0, 40, -2):
        changed = person.cookies()
        (cookie,) = (c for c in changed if c["name"] == "_streamlit_user")
        letters = list(cookie["value"])
        letters[place] = "B" if letters[place] == "A" else "A"
        cookie["value"] = "".join(letters)
        with copy_of(changed, browser) as other:
            forged = other.new_page()
            go(forged, url)
            expect_outside(forged)


def test_an_export_is_fetched_only_by_whoever_asked_for_it(person, browser, url, provider):
    page = person.new_page()
    go(page, f"{url}/export?language=Arabic")
    sign_in(page)
    open_export_page(page, url, "?language=Arabic&shape=ids")
    token = prepare_export(page)
    address = page.locator(f"a[href*='{token}']").first.evaluate("link => link.href")
    cookies = person.cookies()
    assert person.request.get(address).status == 200
    with browser.new_context() as stranger:
        answer = stranger.request.get(address)
        assert (answer.status, answer.text()[:14]) == (401, "Sign in first:")
        provider.person = ADA
        elsewhere = stranger.new_page()
        go(elsewhere, url)
        sign_in(elsewhere)
        answer = stranger.request.get(address)
        assert (answer.status, answer.text()[:34]) == (404, "This file is gone or is not yours:")
    page.get_by_role("button", name="Sign out").click()
    expect_outside(page)
    with copy_of(cookies, browser) as other:
        assert other.request.get(address).status == 401


def test_an_error_of_the_provider_is_one_sentence(person, provider, url):
    page = person.new_page()
    go(page, f"{url}/models")
    for fault in get_args(Fault):
        provider.fault = fault
        page.get_by_role("button", name="Sign in").click()
        # What the last fault said is there until the page is another.
        expect(page).to_have_url(re.compile(r"sign_in=failed$"))
        expect(page.get_by_text("Signing in did not work. Try again;")).to_be_visible()
        expect_outside(page)
        page.evaluate("history.replaceState(null, '', '/?again')")
    provider.fault = None
    sign_in(page)
    assert page.url == f"{url}/models"
