"""A dashboard below a path of a host that serves other things too: `CHATSCAPE_BASE_PATH=/chat`."""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.support.export_page import (
    MANIFEST,
    download,
    open_export_page,
    prepare_export,
    sha256,
)
from tests.e2e.support.oidc_provider import CLIENT, PASSWORD, providing
from tests.e2e.support.page import figure, go, settled
from tests.e2e.support.shared_links import keep_filters_on_every_page, open_overview
from tests.support.browser import free_port
from tests.support.caddy import OPERATOR, Proxied, proxied
from tests.support.dashboard_process import started

BASE = "/chat"


@pytest.fixture(scope="module")
def behind(sample_folder, tmp_path_factory) -> Iterator[Proxied]:
    with proxied(sample_folder, tmp_path_factory.mktemp("base"), BASE) as behind:
        yield behind


@pytest.fixture
def paths() -> list[str]:
    """The paths that the page asked for."""
    return []


@pytest.fixture
def page(browser: Browser, paths: list[str]) -> Iterator[Page]:
    """A page of an operator who typed the password."""
    credentials = {"username": OPERATOR[0], "password": OPERATOR[1]}
    with browser.new_context(
        ignore_https_errors=True,
        http_credentials=credentials,
        viewport={"width": 1440, "height": 1000},
    ) as context:
        page = context.new_page()
        page.on("request", lambda request: paths.append(urlsplit(request.url).path))
        page.on("websocket", lambda socket: paths.append(urlsplit(socket.url).path))
        yield page


def test_pages_charts_and_links_stay_below_the_base_path(page, behind, paths):
    open_overview(page, behind.url + BASE)
    assert urlsplit(page.url).path == f"{BASE}/"
    page.get_by_test_id("stSidebar").get_by_role("link", name="Browse").click()
    expect(page).to_have_url(re.compile(f"{BASE}/browse"))
    settled(page)
    page.locator("a[href*='conversation?']").first.click()
    expect(page).to_have_url(re.compile(f"{BASE}/conversation\\?"))
    settled(page)
    page.go_back()
    expect(page).to_have_url(re.compile(f"{BASE}/browse"))
    page.reload()
    settled(page)
    expect(page.locator("a[href*='conversation?']").first).to_be_visible()
    assert [path for path in paths if not path.startswith(f"{BASE}/")] in ([], [BASE])
    assert any("/plotly-" in path for path in paths)


def test_filters_stay_on_every_page(page, behind):
    keep_filters_on_every_page(page, behind.url + BASE)


def test_an_export_is_prepared_and_fetched(page, behind, paths, tmp_path):
    open_export_page(page, behind.url + BASE)
    token = prepare_export(page)
    file = download(page, token, "slice-ids.parquet", tmp_path)
    manifest = json.loads(download(page, token, MANIFEST, tmp_path).read_text())
    assert sha256(file) == manifest["files"][0]["sha256"]
    assert all(path.startswith(f"{BASE}/") for path in paths if path != BASE)


def test_health_is_below_the_base_path_inside_and_not_there_outside(page, behind):
    for path in (f"{BASE}/healthz", "/healthz"):
        with urllib.request.urlopen(behind.app_url + path, timeout=120) as answer:
            assert json.load(answer)["status"] == "ok"
        response = page.request.get(behind.url + path)
        assert response.status == 404
    for path in (f"{BASE}/metrics", f"{BASE}/_stcore/metrics", f"{BASE}/_stcore/upload_file/x"):
        assert page.request.get(behind.url + path).status == 404


def test_nobody_comes_in_without_the_password(behind):
    for path in (BASE, f"{BASE}/", f"{BASE}/browse", f"{BASE}/chatscape/exports/x/y"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(behind.url + path, context=behind.trust(), timeout=120)
        refused.value.close()
        assert refused.value.code == 401


def test_one_signs_in_and_out_below_the_base_path(browser, sample_folder, tmp_path: Path):
    port = free_port()
    with providing() as provider:
        provider.person = {"sub": "1", "email": "ada@example.org", "email_verified": True}
        settings = {
            "SIGN_IN": "openid",
            "BASE_PATH": BASE,
            "OPENID_URL": f"{provider.url}/.well-known/openid-configuration",
            "OPENID_CLIENT_ID": CLIENT,
            "OPENID_CLIENT_SECRET": PASSWORD,
            "OPENID_REDIRECT_URL": f"http://127.0.0.1:{port}{BASE}/oauth2callback",
        }
        named = {f"CHATSCAPE_{name}": text for name, text in settings.items()}
        serve = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
        with (
            started(
                [*serve, "--store", str(sample_folder)],
                tmp_path / "log",
                port=port,
                env=os.environ | named,
            ) as url,
            browser.new_context() as context,
        ):
            page = context.new_page()
            wanted = f"{url}{BASE}/models?language=English"
            go(page, wanted)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            settled(page)
            assert page.url == wanted
            cookies = context.cookies()
            assert {
                c["path"] for c in cookies if c["name"].startswith(("chatscape", "_streamlit_u"))
            } == {BASE}
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            assert urlsplit(page.url).path.startswith(BASE)
            provider.fault = "refused"
            page.get_by_role("button", name="Sign in").click()
            expect(page).to_have_url(f"{url}{BASE}/?sign_in=failed")


def test_a_page_at_the_base_path_shows_its_figures(page, behind):
    go(page, f"{behind.url}{BASE}?language=Hebrew")
    expect(page).to_have_url(f"{behind.url}{BASE}/?language=Hebrew")
    expect(figure(page, "Languages")).to_have_text("1")
