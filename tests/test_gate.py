"""With a proxy in front nobody comes in but by it, and nobody can say to be somebody else."""

import asyncio
import os
import sys
import urllib.error
import urllib.request

import pytest
from starlette.datastructures import Headers

from dashboard.gate import Gate, passed
from queries.settings import Settings
from queries.sign_in import Person
from tests.e2e.conftest import started

PROXY = "10.0.0.2"
SETTINGS = Settings(
    sign_in="proxy", proxies=PROXY, operators="ada", operator_groups="admins", threads=1
)


class Asked:
    """What came of one request: what the app behind saw, or what was answered instead."""

    def __init__(self, settings=SETTINGS, *, kind="http", path="/", client=PROXY, headers=()):
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

        asyncio.run(Gate(app, settings)(scope, receive, send))

    @property
    def person(self) -> Person | None:
        assert self.seen is not None
        return passed(self.seen)

    @property
    def status(self) -> int:
        assert self.seen is None
        return self.sent[0].get("status") or self.sent[0]["code"]


def said(name: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("X-Chatscape-User", name), *more]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_whom_the_proxy_names_comes_in_with_a_role(kind):
    assert Asked(kind=kind, headers=said("linus")).person == Person("linus", "reader")
    assert Asked(kind=kind, headers=said("ada")).person == Person("ada", "operator")
    groups = ("X-Chatscape-Groups", "people, admins")
    assert Asked(kind=kind, headers=said("linus", groups)).person == Person("linus", "operator")


def test_names_are_of_any_script_and_hold_no_trick():
    assert Asked(headers=said("Дада 数")).person == Person("Дада 数", "reader")
    quoted = 'x", "role": "operator'
    assert Asked(headers=said(quoted)).person == Person(quoted, "reader")


@pytest.mark.parametrize("client", ["10.0.0.3", "127.0.0.1", "::1", None])
@pytest.mark.parametrize(("kind", "status"), [("http", 403), ("websocket", 1008)])
def test_a_header_from_elsewhere_opens_nothing(client, kind, status):
    forwarded = ("X-Forwarded-For", PROXY)
    assert Asked(kind=kind, client=client, headers=said("ada", forwarded)).status == status


@pytest.mark.parametrize(
    "headers",
    [[], said(""), said(" "), said("x" * 201), [*said("linus"), *said("ada")]],
    ids=["none", "empty", "blank", "long", "two"],
)
@pytest.mark.parametrize(("kind", "status"), [("http", 401), ("websocket", 1008)])
def test_who_is_not_named_once_does_not_come_in(headers, kind, status):
    assert Asked(kind=kind, headers=headers).status == status


def test_groups_that_come_twice_count_for_nothing():
    twice = [("X-Chatscape-Groups", "admins"), ("X-Chatscape-Groups", "people")]
    assert Asked(headers=said("linus", *twice)).person == Person("linus", "reader")


def test_nobody_writes_the_seal_but_the_gate():
    """Also not who learned it from before: it comes in only by the gate's own hand."""
    genuine = Asked(headers=said("ada")).seen["x-chatscape-passed"]
    forged = ("X-Chatscape-Passed", genuine)
    assert Asked(headers=[forged]).status == 401
    assert Asked(headers=said("linus", forged)).person == Person("linus", "reader")
    assert Asked(Settings(), headers=[forged]).person is None
    assert passed({"X-Chatscape-Passed": genuine[1:]}) is None
    assert passed({"X-Chatscape-Passed": ':{"name": "ada", "role": "operator"}'}) is None
    assert passed({}) is None


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health"])
def test_whether_it_is_up_is_told_to_anybody(path):
    asked = Asked(path=path, client="192.0.2.9", headers=said("ada"))
    assert asked.person is None
    assert Asked(path=f"{path}/x", client="192.0.2.9").status == 403
    assert Asked(kind="websocket", path=path, client="192.0.2.9").status == 1008


def test_without_sign_in_everybody_passes_and_a_name_means_nothing():
    assert Asked(Settings(), client="192.0.2.9", headers=said("ada")).person is None


def answer(url: str, **headers: str) -> int:
    try:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        with urllib.request.urlopen(urllib.request.Request(url, headers=named), timeout=20) as ok:
            return int(ok.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("proxies", ["192.0.2.1", "127.0.0.1"])
def test_the_server_asks_the_gate_for_everything(sample_folder, tmp_path, proxies):
    """Not whom a proxy is said to pass on for: uvicorn would take that for the peer."""
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    named = {"CHATSCAPE_SIGN_IN": "proxy", "CHATSCAPE_PROXIES": proxies}
    is_trusted = proxies == "127.0.0.1"
    with started(
        [*command, "--store", str(sample_folder), "--host", "127.0.0.1"],
        tmp_path / "log",
        env=os.environ | named,
    ) as url:
        assert answer(f"{url}/_stcore/health") == 200
        paths = ["/", "/log", "/_stcore/host-config", "/chatscape/exports/x/y", "/_stcore/stream"]
        for path in paths:
            assert answer(url + path) == (401 if is_trusted else 403), path
        forged = {"X_Forwarded_For": "192.0.2.1", "X_Chatscape_User": "ada"}
        assert answer(url, **forged) == (200 if is_trusted else 403)
