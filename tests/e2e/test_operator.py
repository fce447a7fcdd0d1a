"""What an operator meets: the licence, a new version, a missing store, headers."""

import os
import shutil
import socket
import sys
import urllib.request
from http.client import HTTPConnection

import pytest
from playwright.sync_api import expect

from tests.e2e.support.page import figure, go
from tests.support import tiny_dataset
from tests.support.dashboard_process import serving, started
from tests.support.stores import prepare_store

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Origin": "http://elsewhere.example",
}


def test_the_licence_is_accepted_once_for_everybody(page, tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store")
    with serving(tmp_path / "store", tmp_path / "log") as url:
        go(page, f"{url}/?model=gpt-4")
        expect(page.get_by_role("heading", name="Before the data is shown")).to_be_visible()
        accept = page.get_by_role("button", name="Accept and continue")
        expect(accept).to_be_disabled()
        page.get_by_text("I have read this and I accept it").click()
        accept.click()
        expect(figure(page, "Conversations")).to_have_text("2")
        go(page, url)
        expect(figure(page, "Conversations")).to_have_text("12")


def test_a_version_that_arrives_is_offered_to_an_open_page(page, accepted_store, tmp_path):
    with serving(accepted_store, tmp_path / "log") as url:
        go(page, url)
        expect(figure(page, "Conversations")).to_have_text("12")
        prepare_store(
            tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS[:7]), accepted_store
        )
        page.get_by_text("Log scale").click()
        expect(page.get_by_text("A newer version of the data is available.")).to_be_visible()
        expect(figure(page, "Conversations")).to_have_text("12")
        page.get_by_role("button", name="Show it").click()
        expect(figure(page, "Conversations")).to_have_text("7")
        expect(page.get_by_text("A newer version of the data is available.")).to_have_count(0)


def test_a_store_that_goes_and_comes_back_is_a_page_each_time(page, accepted_store, tmp_path):
    with serving(accepted_store, tmp_path / "log") as url:
        accepted_store.rename(tmp_path / "elsewhere")
        go(page, url)
        expect(page.get_by_text("Build one with: chatscape prepare RAW --store")).to_be_visible()
        (tmp_path / "elsewhere").rename(accepted_store)
        page.reload()
        expect(figure(page, "Conversations")).to_have_text("12")


def test_a_page_may_load_nothing_from_elsewhere(sample_url):
    with urllib.request.urlopen(sample_url) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "http" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_that_was_made_to_lead_here_gets_no_data(sample_url):
    """What a page elsewhere does to read a dashboard on the same machine: DNS rebinding."""
    connection = HTTPConnection(sample_url.removeprefix("http://"), timeout=120)
    rebound = UPGRADE | {"Host": "elsewhere.example"}
    connection.request("GET", "/_stcore/stream", headers=rebound)
    assert connection.getresponse().status == 403


def test_the_server_asks_no_other_machine_either(accepted_store, tmp_path):
    """Streamlit looks its own address up elsewhere, at the start and when an origin is unknown."""
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    public = ["--store", str(accepted_store), "--host", "0.0.0.0", "--allow-public"]
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        proxies = {"http_proxy": address, "https_proxy": address, "no_proxy": "127.0.0.1"}
        with started([*command, *public], tmp_path / "log", env=os.environ | proxies) as url:
            connection = HTTPConnection(url.removeprefix("http://"), timeout=120)
            connection.request("GET", "/_stcore/stream", headers=UPGRADE)
            assert connection.getresponse().status == 403
        with pytest.raises(BlockingIOError):
            proxy.accept()
