"""The base path, request by request: however a proxy passes the path on."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard.process import base_path as process_base_path
from dashboard.process import plotly_bundle
from dashboard.process.base_path import base_path, without_base
from dashboard.web.base_path import BasePathMiddleware, below_base


@pytest.fixture(params=["chat", "/chat/", "/chat"])
def at_chat(request, monkeypatch):
    """A server whose base path is written in one of these ways."""
    monkeypatch.setattr(process_base_path.st, "get_option", lambda _: request.param)


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.setattr(process_base_path.st, "get_option", lambda _: "")


def passed_on(path: str, kind: str = "http", query: str = ""):
    """The path and raw path of a request as the application gets it, and what was answered."""
    scopes, sent = [], []

    async def app(scope, receive, send):
        scopes.append(scope)

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
    asyncio.run(BasePathMiddleware(app)(scope, receive, send))
    return [(scope["path"], scope["raw_path"].decode()) for scope in scopes], sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("/chat/", "/chat/"),
        ("/chat/browse", "/chat/browse"),
        ("/", "/chat/"),
        ("/browse", "/chat/browse"),
        ("/healthz", "/chat/healthz"),
        ("/_stcore/stream", "/chat/_stcore/stream"),
        ("/chatter", "/chat/chatter"),
        ("//chat/x", "/chat//chat/x"),
    ],
)
def test_a_proxy_may_leave_the_base_path_out(at_chat, kind, path, whole):
    assert passed_on(path, kind)[0] == [(whole, whole)]


@pytest.mark.parametrize(
    ("query", "place"), [("", "/chat/"), ("model=a%2Fb", "/chat/?model=a%2Fb")]
)
def test_the_base_path_itself_leads_to_its_first_page(at_chat, query, place):
    reached, sent = passed_on("/chat", query=query)
    assert reached == []
    assert sent[0]["status"] == 308
    assert dict(sent[0]["headers"])[b"location"].decode() == place


def test_without_a_base_path_nothing_changes(at_root):
    for path in ("/", "/chat", "/chat/browse"):
        assert passed_on(path)[0] == [(path, path)]
        assert without_base(path) == path
    assert base_path() == ""


def test_routes_and_paths_are_below_the_base_path(at_chat):
    def answer(_):
        return PlainTextResponse("")

    (route,) = below_base(Route("/healthz", answer))
    assert (route.path, route.methods) == ("/chat/healthz", {"GET", "HEAD"})
    assert base_path() == "/chat"
    assert without_base("/chat/healthz") == "/healthz"
    assert without_base("/chatter") == "/chatter"
    plotly_bundle.mark_as_served()
    assert plotly_bundle.script_url() == f"/chat{plotly_bundle.SCRIPT_PATH}"
