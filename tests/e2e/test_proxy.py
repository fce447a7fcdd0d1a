"""What people meet who come through Caddy: passwords, TLS, the dashboard, and nothing else."""

import base64
import http.client
import http.server
import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from dashboard.web.attempt_limiter import ATTEMPTS
from dashboard.web.security_headers import HEADERS
from queries.runtime.progress import Silent
from queries.synthetic.write import write_synthetic_dataset
from tests.e2e.support.export_page import (
    MANIFEST,
    choose,
    choose_shape,
    download,
    open_export_page,
    prepare_export,
    sha256,
)
from tests.e2e.support.page import figure, go, settled
from tests.e2e.support.shared_links import keep_filters_on_every_page, reopen_a_pasted_link
from tests.support.browser import free_port
from tests.support.caddy import OPERATOR, READER, Proxied, only_caddy, proxied
from tests.support.stores import prepare_store

SECRET_WORD = "zebrafish"


@pytest.fixture(scope="session")
def behind(sample_folder, tmp_path_factory) -> Iterator[Proxied]:
    with proxied(sample_folder, tmp_path_factory.mktemp("proxy")) as behind:
        yield behind


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of an operator who typed the password."""
    with window(browser, OPERATOR) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 1000})
    return page


def window(browser: Browser, who: tuple[str, str] | None, **more) -> BrowserContext:
    """A window of somebody; the authority that signed is in no browser's list."""
    if who is not None:
        more["http_credentials"] = {"username": who[0], "password": who[1]}
    return browser.new_context(ignore_https_errors=True, **more)


def fetch(
    behind: Proxied, path: str, who: tuple[str, str] | None = OPERATOR, **headers: str
) -> tuple[int, http.client.HTTPMessage]:
    """The status and headers of an answer, by a client that checks the certificate."""
    request = urllib.request.Request(behind.url + path, headers=headers)
    if who is not None:
        request.add_header("Authorization", authorization(who))
    try:
        with urllib.request.urlopen(request, context=behind.trust(), timeout=120) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def authorization(who: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(who).encode()).decode()


@pytest.mark.parametrize(
    "who", [None, (OPERATOR[0], "wrong"), ("somebody", OPERATOR[1]), (READER[0], OPERATOR[1])]
)
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/healthz", "/metrics"])
def test_nobody_comes_in_without_the_password(behind, who, path):
    status, headers = fetch(behind, path, who)
    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic")


def test_who_guesses_passwords_is_logged_and_told_to_wait(sample_folder, tmp_path):
    wrong = (READER[0], "wrong")
    with proxied(sample_folder, tmp_path) as behind:
        # A browser that has not been asked yet is nobody who guesses.
        assert {fetch(behind, "/", None)[0] for _ in range(ATTEMPTS)} == {401}
        assert {fetch(behind, "/browse?word=x", wrong)[0] for _ in range(ATTEMPTS)} == {401}
        status, headers = fetch(behind, "/", wrong)
        assert status == 429
        assert 0 < int(headers["Retry-After"]) <= 60
        assert fetch(behind, "/", READER)[0] == 200
        assert fetch(behind, "/", None)[0] == 401
    refused = re.findall(r"a sign-in was refused.*claimed=(\S+)", behind.app_log.read_text())
    assert len(refused) == ATTEMPTS
    assert set(refused) <= {"127.0.0.1", "::1"}


def test_a_browser_without_the_password_sees_nothing(browser, behind):
    with window(browser, None) as context:
        page = context.new_page()
        with pytest.raises(Error, match=r"net::ERR_(INVALID_AUTH|HTTP_RESPONSE)"):
            page.goto(behind.url)
    with window(browser, (OPERATOR[0], "wrong")) as context:
        page = context.new_page()
        page.goto(behind.url)
        expect(page.locator("body")).to_have_text(re.compile(r"^Sign in first: [^.]*\.$"))


def test_what_is_for_the_inside_is_not_there_outside(behind):
    for path in (
        "/healthz",
        "/metrics",
        "/_stcore/metrics",
        "/healthz/",
        "//healthz",
        "/%68ealthz",
    ):
        assert fetch(behind, path)[0] == 404, path


@pytest.mark.parametrize(
    ("path", "who"), [("/", OPERATOR), ("/", None), ("/healthz", OPERATOR), ("/browse", READER)]
)
def test_every_answer_has_each_header_once(behind, path, who):
    _, headers = fetch(behind, path, who)
    for name, value in HEADERS.items():
        assert headers.get_all(name) == [value]
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]


def test_plain_http_leads_to_https(behind):
    asking = http.client.HTTPConnection("localhost", int(behind.plain_url.rpartition(":")[2]))
    asking.request("GET", f"/browse?word={SECRET_WORD}")
    answer = asking.getresponse()
    asking.close()
    assert answer.status == 308
    assert str(answer.getheader("Location")).startswith("https://localhost")


def test_the_role_is_that_of_the_password_whatever_a_browser_says(browser, behind):
    forged = {"X-Chatscape-User": "operator", "X-Chatscape-Groups": "operator"}
    for who, more, label in (
        (OPERATOR, {"X-Chatscape-User": "somebody"}, "operator, operator"),
        (READER, {}, "reader, reader"),
        (READER, forged, "reader, reader"),
    ):
        with window(browser, who, extra_http_headers=more) as context:
            page = context.new_page()
            go(page, behind.url)
            expect(page.get_by_test_id("stSidebar").get_by_text(label, exact=True)).to_be_visible()


def test_who_goes_round_the_proxy_is_refused(behind):
    for headers in ({}, {"X-Chatscape-User": OPERATOR[0]}):
        asking = urllib.request.Request(behind.app_url, headers=headers)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(asking)


def test_a_page_is_drawn_over_a_websocket(page, behind):
    frames: list[str] = []
    page.on("websocket", lambda socket: frames.append(socket.url))
    go(page, behind.url)
    expect(figure(page, "Conversations")).to_have_text("2,000")
    assert frames == [behind.url.replace("https", "wss") + "/_stcore/stream"]


UPLOAD = "/_stcore/upload_file/a/b"


def test_a_pasted_link_reopens_the_same_slice(page, context, behind):
    reopen_a_pasted_link(page, context, behind.url)


def test_filters_go_along_to_every_page_and_clear_all_ends_them(page, behind):
    keep_filters_on_every_page(page, behind.url)


@pytest.mark.parametrize("path", ["/", UPLOAD])
def test_no_more_than_a_form_is_taken_in(behind, path):
    assert put(behind, path, b"x" * 1_000) in (404, 405)
    assert put(behind, path, b"x" * 2_000_000) == 413


def test_what_does_not_say_its_length_is_cut_off(tmp_path):
    arrived = []

    def count(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while piece := connection.recv(65_536):
                arrived.append(len(piece))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        counting = Thread(target=count, args=[listening])
        counting.start()
        with only_caddy(tmp_path, listening.getsockname()[1]) as alone:
            assert put(alone, "/", iter([b"x" * 10_000] * 300)) in (413, 502)
        counting.join(20)
    assert 900_000 < sum(arrived) < 1_100_000


def put(behind: Proxied, path: str, body: bytes | Iterator[bytes]) -> int:
    """The status of the answer; a body of pieces is sent without saying its length."""
    asking = http.client.HTTPSConnection(
        "localhost", behind.port, context=behind.trust(), timeout=120
    )
    headers = {"Authorization": authorization(OPERATOR)}
    try:
        asking.request("PUT", path, body, headers, encode_chunked=True)
        return asking.getresponse().status
    finally:
        asking.close()


@pytest.mark.slow
def test_a_large_export_arrives_whole(browser, tmp_path):
    write_synthetic_dataset(tmp_path / "raw.parquet", 12_000, 3, Silent())
    prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    with proxied(tmp_path / "store", tmp_path) as behind, window(browser, OPERATOR) as context:
        page = context.new_page()
        open_export_page(page, behind.url)
        choose_shape(page, "As published")
        expect(page).to_have_url(re.compile("shape=published"))
        settled(page)  # The formats of the other shape go.
        choose(page, "Format", "jsonl")
        token = prepare_export(page)
        file = download(page, token, "slice-published.jsonl", tmp_path)
        manifest = json.loads(download(page, token, MANIFEST, tmp_path).read_text())
    (written,) = manifest["files"]
    assert file.stat().st_size == written["bytes"] > 50_000_000
    assert sha256(file) == written["sha256"]


def test_what_somebody_searches_for_is_in_no_log(page, behind):
    go(page, f"{behind.url}/browse?word={SECRET_WORD}")
    settled(page)
    fetch(behind, f"/browse?word={SECRET_WORD}", (OPERATOR[0], "wrong"))
    with socket.create_connection(("localhost", behind.port)) as plain:
        plain.sendall(f"GET /?word={SECRET_WORD} HTTP/1.1\r\n\r\n".encode())
        plain.recv(100)
    for log in (behind.caddy_log, behind.app_log):
        assert SECRET_WORD not in log.read_text()


def test_requests_wait_while_the_dashboard_starts_again(tmp_path):
    class Dashboard(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    port = free_port()
    with only_caddy(tmp_path, port) as alone, ThreadPoolExecutor() as people:
        waiting = people.submit(fetch, alone, "/")
        assert fetch(alone, "/", (OPERATOR[0], "wrong"))[0] == 401
        assert not waiting.done()
        with http.server.HTTPServer(("127.0.0.1", port), Dashboard) as dashboard:
            dashboard.handle_request()
        assert waiting.result()[0] == 200


def test_a_proxy_without_its_dashboard_says_so_without_the_address(tmp_path):
    """Caddy logs an error for each request then, with the request in it."""
    with only_caddy(tmp_path, free_port(), wait="0s") as alone:
        status, headers = fetch(alone, f"/browse?word={SECRET_WORD}", Referer=SECRET_WORD)
        assert status == 502
        assert headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        log = alone.caddy_log.read_text()
    assert re.search(r'"status":502', log)
    assert SECRET_WORD not in log
