"""The gate in front of Streamlit: closed routes, foreign hosts and foreign origins."""

import asyncio
import http.client
import os
import sys

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.web.request_gate import RequestGateMiddleware
from queries.settings import Settings
from tests.support.dashboard_process import started

HOSTS = ("localhost", "127.0.0.1", "[::1]", "chat.example.org", "*.team.example.org")
PROXY = "10.0.0.2"
SETTINGS = Settings(proxies=PROXY)

CLOSED = [
    *("/_stcore/upload_file", "/_stcore/upload_file/", "/_stcore/upload_file/session/file"),
    *("/_stcore/upload_file/a/b/c", "/base/_stcore/upload_file/a/b", "//_stcore//upload_file/a/b"),
    *("/_stcore/metrics", "/_stcore/metrics/", "/base/path/_stcore/metrics"),
    *("/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"),
    "/_stcore/script-health-check",
]


class Exchange:
    """One request: whether it reached Streamlit, or the refusal."""

    def __init__(self, *, kind="http", path="/", method="GET", hosts=HOSTS, **options):
        self.has_passed = False
        self.receive_count = 0
        self.sent: list[dict] = []
        headers = options.get("headers", [("host", "localhost:8501")])
        scope = {
            "type": kind,
            "path": path,
            "method": method,
            "scheme": "ws" if kind == "websocket" else "http",
            "client": (options.get("client", "127.0.0.1"), 1234),
            "headers": [(name.encode(), text.encode()) for name, text in headers],
        }

        async def app(scope, receive, send):
            self.has_passed = True

        async def receive():
            self.receive_count += 1
            return {"type": f"{kind}.connect"}

        async def send(message):
            self.sent.append(message)

        asyncio.run(RequestGateMiddleware(app, SETTINGS, lambda: hosts)(scope, receive, send))

    @property
    def status(self) -> int | None:
        """The status of the refusal; None for a request that passed."""
        if self.has_passed:
            return None
        return self.sent[0].get("status") or self.sent[0]["code"]


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"])
def test_routes_that_no_page_needs_are_closed_and_no_body_is_read(path, method):
    exchange = Exchange(path=path, method=method)
    assert exchange.status == 404
    assert exchange.receive_count == 0
    assert (b"connection", b"close") in exchange.sent[0]["headers"]


@pytest.mark.parametrize("path", CLOSED)
def test_closed_routes_take_no_websocket_either(path):
    assert Exchange(kind="websocket", path=path).status == 1008


@pytest.mark.parametrize(
    "path",
    ["/", "/_stcore/health", "/_stcore/host-config", "/upload_file", "/_stcore/upload_files", "/x"],
)
def test_other_routes_pass(path):
    assert Exchange(path=path).status is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8501",
        "127.0.0.1:8501",
        "[::1]:8501",
        "chat.example.org",
        "a.team.example.org",
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_configured_hosts_pass(kind, host):
    assert Exchange(kind=kind, headers=[("host", host)]).status is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("host", "")],
        [("host", "elsewhere.example")],
        [("host", "localhost.elsewhere.example")],
        [("host", "localhost@elsewhere.example")],
        [("host", "team.example.org")],
        [("host", "localhost:port")],
        [("host", "localhost"), ("host", "elsewhere.example")],
    ],
)
@pytest.mark.parametrize(("kind", "status"), [("http", 403), ("websocket", 1008)])
def test_a_foreign_host_gets_no_route(kind, status, headers):
    assert Exchange(kind=kind, headers=headers).status == status


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health"])
def test_health_checks_may_name_any_host(path):
    assert Exchange(path=path, headers=[("host", "10.1.2.3:8501")]).status is None


def test_every_host_is_its_own_where_none_is_configured():
    assert Exchange(hosts=(), headers=[("host", "anything.example")]).status is None
    foreign = [("host", "anything.example"), ("origin", "http://other.example")]
    assert Exchange(hosts=(), kind="websocket", headers=foreign).status == 1008


def page(
    origin: str, host: str = "localhost:8501", *more: tuple[str, str], **options
) -> int | None:
    """The refusal of a websocket that a page of an origin opens."""
    headers = [("host", host), ("origin", origin), *more]
    return Exchange(kind="websocket", headers=headers, **options).status


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8501", "localhost:8501"),
        ("http://LOCALHOST:8501", "localhost:8501"),
        ("http://127.0.0.1:8501", "127.0.0.1:8501"),
        ("https://chat.example.org", "chat.example.org"),
        ("https://chat.example.org", "chat.example.org:443"),
        ("http://chat.example.org", "chat.example.org"),
        ("http://chat.example.org:80", "chat.example.org"),
        ("https://chat.example.org:8443", "chat.example.org:8443"),
    ],
)
def test_a_page_of_the_dashboard_may_open_its_websocket(origin, host):
    assert page(origin, host) is None


@pytest.mark.parametrize(
    "origin",
    [
        *("http://localhost:9999", "http://localhost", "http://127.0.0.1:8501"),
        *("http://0.0.0.0:8501", "https://localhost", "http://elsewhere.example:8501"),
        *(
            "null",
            "",
            "file://",
            "ftp://localhost:8501",
            "localhost:8501",
            "http://[",
            "http://x:y",
        ),
        *("http://localhost:8501/", "http://a@localhost:8501", "chrome-extension://localhost:8501"),
    ],
)
def test_a_page_of_any_other_origin_may_not(origin):
    assert page(origin) == 1008


def test_two_origins_are_no_origin():
    own = "http://localhost:8501"
    assert page(own, "localhost:8501", ("origin", own)) == 1008


def test_a_program_that_is_no_browser_names_no_origin():
    assert Exchange(kind="websocket").status is None


def test_plain_http_is_not_the_origin_of_what_a_trusted_proxy_serves_by_https():
    host, forwarded = "chat.example.org", ("x-forwarded-proto", "https")
    assert page(f"https://{host}", host, forwarded, client=PROXY) is None
    assert page(f"http://{host}", host, forwarded, client=PROXY) == 1008
    # Nobody else says how the dashboard is served.
    assert page(f"http://{host}", host, forwarded, client="192.0.2.9") is None


def status_of(url: str, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    """The status of an answer to one request, headers with `_` for `-`."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=120)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    try:
        connection.putrequest(method, path, skip_host="Host" in named)
        for name, text in {**named, "Content-Length": str(len(body))}.items():
            connection.putheader(name, text)
        connection.endheaders()
        connection.send(body)
        return connection.getresponse().status
    finally:
        connection.close()


def opens_websocket(url: str, origin: str) -> bool:
    """Whether a page of an origin may open the websocket; a refusal must be a 403."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    try:
        with connect(address, origin=origin, subprotocols=["streamlit"]):
            return True
    except InvalidStatus as error:
        return error.response.status_code != 403


def test_the_server_has_the_gate(sample_folder, tmp_path):
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    environment = os.environ | {"STREAMLIT_SERVER_BASE_URL_PATH": ""}
    with started(
        [*command, "--store", str(sample_folder)], tmp_path / "log", env=environment
    ) as url:
        for path in ("/_stcore/upload_file/a/b", "/_stcore/upload%5ffile/a/b", "/_stcore/metrics"):
            for method in ("PUT", "GET", "OPTIONS"):
                assert status_of(url, method, path) == 404, (method, path)
        assert status_of(url, "PUT", "/_stcore/upload_file/a/b", b"x" * 60_000) == 404
        assert status_of(url, "GET", "/", Host="elsewhere.example") == 403
        assert status_of(url, "GET", "/_stcore/metrics", Host="elsewhere.example") in (403, 404)
        assert status_of(url, "GET", "/healthz", Host="elsewhere.example") == 200
        port = int(url.rpartition(":")[2])
        assert opens_websocket(url, url)
        assert not opens_websocket(url, f"http://localhost:{port}")
        assert not opens_websocket(url, f"http://127.0.0.1:{port + 1}")
