"""Reverse-proxy authentication: no request passes without the proxy, and no name can be forged."""

import asyncio
import os
import sys
import urllib.error
import urllib.request

import pytest
from starlette.datastructures import Headers

from dashboard.state.identity_seal import unseal_user
from dashboard.web.attempt_limiter import AttemptLimiter
from dashboard.web.proxy_auth import ProxyAuthMiddleware
from queries.access import User
from queries.settings import Settings
from tests.support.dashboard_process import started

PROXY = "10.0.0.2"
SECRET = "0123456789abcdef" * 4
SETTINGS = Settings(
    sign_in="proxy",
    proxies=PROXY,
    proxy_secret=SECRET,
    operators="ada",
    operator_groups="admins",
    threads=1,
)


class Exchange:
    """One request: the headers that reached the application, or the refusal."""

    def __init__(
        self, settings=SETTINGS, *, kind="http", path="/", client=PROXY, headers=(), limiter=None
    ):
        self.seen: Headers | None = None
        self.sent: list[dict] = []
        raw = [(name.lower().encode(), text.encode()) for name, text in headers]
        peer = (client, 1234) if client else None
        scope = {"type": kind, "path": path, "client": peer, "headers": raw, "method": "GET"}

        async def app(scope, receive, send):
            self.seen = Headers(scope=scope)

        async def receive():
            return {"type": f"{kind}.connect"}

        async def send(message):
            self.sent.append(message)

        gate = ProxyAuthMiddleware(app, settings)
        gate._limiter = limiter or gate._limiter
        asyncio.run(gate(scope, receive, send))

    @property
    def user(self) -> User | None:
        assert self.seen is not None
        return unseal_user(self.seen)

    @property
    def status(self) -> int:
        assert self.seen is None
        return self.sent[0].get("status") or self.sent[0]["code"]


def identity(name: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("X-Chatscape-Secret", SECRET), ("X-Chatscape-User", name), *more]


KNOWN = [("X-Chatscape-Secret", SECRET)]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_user_whom_the_proxy_names_passes_with_a_role(kind):
    assert Exchange(kind=kind, headers=identity("linus")).user == User("linus", "reader")
    assert Exchange(kind=kind, headers=identity("ada")).user == User("ada", "operator")
    groups = ("X-Chatscape-Groups", "people, admins")
    assert Exchange(kind=kind, headers=identity("linus", groups)).user == User("linus", "operator")


def test_names_may_have_any_script_and_inject_nothing():
    assert Exchange(headers=identity("Дада 数")).user == User("Дада 数", "reader")
    quoted = 'x", "role": "operator'
    assert Exchange(headers=identity(quoted)).user == User(quoted, "reader")


@pytest.mark.parametrize("client", ["10.0.0.3", "127.0.0.1", "::1", None])
@pytest.mark.parametrize(("kind", "status"), [("http", 403), ("websocket", 1008)])
def test_a_header_from_an_untrusted_client_is_refused(client, kind, status):
    forwarded = ("X-Forwarded-For", PROXY)
    assert Exchange(kind=kind, client=client, headers=identity("ada", forwarded)).status == status


@pytest.mark.parametrize(
    "headers",
    [
        KNOWN,
        *(identity(name) for name in ("", " ", "\u200b\u00a0", "x" * 201)),
        identity("linus", ("X-Chatscape-User", "ada")),
    ],
    ids=["none", "empty", "blank", "invisible", "long", "two"],
)
@pytest.mark.parametrize(("kind", "status"), [("http", 401), ("websocket", 1008)])
def test_a_request_without_exactly_one_name_is_refused(headers, kind, status):
    assert Exchange(kind=kind, headers=headers).status == status


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [""],
        ["x" * 64],
        [SECRET[:-1]],
        [SECRET + "0"],
        [SECRET, SECRET],
        ["x" * 64, SECRET],
        ["\xe9"],
    ],
    ids=["none", "empty", "wrong", "short", "long", "two", "wrong and right", "not ascii"],
)
@pytest.mark.parametrize(("kind", "status"), [("http", 403), ("websocket", 1008)])
def test_a_program_at_the_address_of_the_proxy_needs_its_secret(secrets, kind, status):
    headers = [("X-Chatscape-User", "ada"), *(("X-Chatscape-Secret", text) for text in secrets)]
    assert Exchange(kind=kind, headers=headers).status == status


@pytest.mark.parametrize("settings", [SETTINGS, Settings()], ids=["proxy", "none"])
def test_no_page_sees_the_secret(settings):
    assert "X-Chatscape-Secret" not in Exchange(settings, headers=identity("ada")).seen


ATTACKER, VICTIM = "192.0.2.9", "192.0.2.10"


@pytest.mark.parametrize(("kind", "status"), [("http", 429), ("websocket", 1008)])
def test_an_address_that_is_refused_again_and_again_has_to_wait(kind, status):
    limiter = AttemptLimiter(attempts=3)
    for _ in range(3):
        assert Exchange(kind=kind, client=ATTACKER, limiter=limiter).status in (403, 1008)
    late = Exchange(kind=kind, client=ATTACKER, limiter=limiter)
    assert late.status == status
    if kind == "http":
        assert (b"retry-after", b"60") in late.sent[0]["headers"]
    assert Exchange(client=VICTIM, limiter=limiter).status == 403
    assert Exchange(headers=identity("ada"), limiter=limiter).user == User("ada", "operator")


def test_behind_the_proxy_whom_it_speaks_for_has_to_wait():
    """The proxy's own address never does, even if another program there guesses its secret."""
    limiter = AttemptLimiter(attempts=3)
    attacker = [*KNOWN, ("X-Forwarded-For", f"{VICTIM}, {ATTACKER}")]
    for status in (401, 401, 401, 429):
        assert Exchange(headers=attacker, limiter=limiter).status == status
    victim = [*KNOWN, ("X-Forwarded-For", VICTIM)]
    assert Exchange(headers=victim, limiter=limiter).status == 401
    guess = [("X-Chatscape-Secret", "x" * 64)]
    for status in (403, 403, 403, 429):
        assert Exchange(headers=guess, limiter=limiter).status == status
    assert Exchange(headers=identity("ada"), limiter=limiter).user == User("ada", "operator")


@pytest.mark.parametrize(
    ("client", "claim", "logged"),
    [
        (ATTACKER, "", {"status": 403, "peer": ATTACKER}),
        (ATTACKER, VICTIM, {"status": 403, "peer": ATTACKER}),
        (PROXY, f"x, {ATTACKER}", {"status": 403, "peer": PROXY, "claimed": ATTACKER}),
        (PROXY, "word\tof a search", {"status": 403, "peer": PROXY}),
    ],
)
def test_a_refused_sign_in_is_logged_with_its_address(caplog, client, claim, logged):
    Exchange(client=client, headers=[("X-Forwarded-For", claim)])
    ((record),) = caplog.records
    assert record.message == "a sign-in was refused"
    assert record.chatscape_fields == logged


def test_two_headers_of_groups_count_for_nothing():
    twice = [("X-Chatscape-Groups", "admins"), ("X-Chatscape-Groups", "people")]
    assert Exchange(headers=identity("linus", *twice)).user == User("linus", "reader")


def test_only_the_middleware_can_seal_a_user():
    """Not even a client that learned the seal: the middleware deletes the header it sends."""
    genuine = Exchange(headers=identity("ada")).seen["x-chatscape-passed"]
    forged = ("X-Chatscape-Passed", genuine)
    assert Exchange(headers=[*KNOWN, forged]).status == 401
    assert Exchange(headers=identity("linus", forged)).user == User("linus", "reader")
    assert Exchange(Settings(), headers=[forged]).user is None
    assert unseal_user({"X-Chatscape-Passed": genuine[1:]}) is None
    assert unseal_user({"X-Chatscape-Passed": ':{"name": "ada", "role": "operator"}'}) is None
    assert unseal_user({}) is None


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health"])
def test_health_checks_need_no_authentication(path):
    exchange = Exchange(path=path, client="192.0.2.9", headers=identity("ada"))
    assert exchange.user is None
    assert Exchange(path=f"{path}/x", client="192.0.2.9").status == 403
    assert Exchange(kind="websocket", path=path, client="192.0.2.9").status == 1008


def test_without_sign_in_every_request_passes_and_names_are_ignored():
    assert Exchange(Settings(), client="192.0.2.9", headers=identity("ada")).user is None


def answer(url: str, **headers: str) -> int:
    try:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        with urllib.request.urlopen(urllib.request.Request(url, headers=named), timeout=120) as ok:
            return int(ok.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("proxies", ["192.0.2.1", "127.0.0.1"])
def test_the_server_authenticates_every_request(sample_folder, tmp_path, proxies):
    """The peer counts, not X-Forwarded-For, which uvicorn would otherwise trust."""
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    named = {
        "CHATSCAPE_SIGN_IN": "proxy",
        "CHATSCAPE_PROXIES": proxies,
        "CHATSCAPE_PROXY_SECRET_FILE": str(secret),
    }
    is_trusted = proxies == "127.0.0.1"
    with started(
        [*command, "--store", str(sample_folder), "--host", "127.0.0.1"],
        tmp_path / "log",
        env=os.environ | named,
    ) as url:
        assert answer(f"{url}/_stcore/health") == 200
        paths = ["/", "/log", "/_stcore/host-config", "/chatscape/exports/x/y", "/_stcore/stream"]
        for path in paths:
            assert answer(url + path) == 403, path
            known = answer(url + path, X_Chatscape_Secret=SECRET)
            assert known == (401 if is_trusted else 403), path
        forged = {"X_Forwarded_For": "192.0.2.1", "X_Chatscape_User": "ada"}
        assert answer(url, **forged) == 403
        assert answer(url, **forged, X_Chatscape_Secret=SECRET) == (200 if is_trusted else 403)
