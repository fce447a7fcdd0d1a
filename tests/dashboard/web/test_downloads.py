"""The route of downloads, request by request: who gets what, and what everybody else is told."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.process import open_stores
from dashboard.process.download_address import BROWSER_COOKIE
from dashboard.process.downloads import Download, Recipient, new_token
from dashboard.process.removal_check import RemovalCheck
from dashboard.state import downloads
from dashboard.state.identity_seal import SEALED_HEADER, seal_user
from dashboard.web.browser_cookie import BrowserCookieMiddleware
from dashboard.web.downloads import download_route
from queries.access import User
from queries.errors import AuditLogError, RemovedError
from queries.store.layout import StorePath
from tests.support.asgi import Answer

SECRET = "a secret of tests alone"
ADA, LINUS = User("ada", "operator"), User("linus", "reader")
GONE = "This file is gone or is not yours: reload the page that offers it, and download it again."


@pytest.fixture
def sign_in(monkeypatch):
    """Sets how people sign in."""

    def set_mode(mode):
        monkeypatch.setenv("CHATSCAPE_SIGN_IN", mode)
        monkeypatch.setenv("CHATSCAPE_PROXY_SECRET", "s" * 64)
        for name in ("URL", "CLIENT_ID", "CLIENT_SECRET"):
            monkeypatch.setenv(f"CHATSCAPE_OPENID_{name}", "https://a.example")
        monkeypatch.setenv("CHATSCAPE_OPENID_REDIRECT_URL", "https://b.example/oauth2callback")
        monkeypatch.setenv("CHATSCAPE_OPERATORS", "ada")
        open_stores.settings.cache_clear()

    yield set_mode
    open_stores.settings.cache_clear()


@pytest.fixture
def offer(tmp_path):
    """Offers a file to somebody, and gives its address and a list of when it was made."""
    offered = []

    def offer(recipient, fails: Exception | None = None):
        builds: list[str] = []

        def make():
            builds.append("made")
            if fails is not None:
                raise fails
            return "ä text"

        download = Download(
            name="result.csv",
            mime="text/csv",
            make=make,
            recipient=recipient,
            removals=RemovalCheck(StorePath(tmp_path), lambda: False),
            token=new_token(),
            offered=downloads._downloads.clock(),
        )
        downloads._downloads.add(download)
        offered.append(download)
        return "/" + downloads.download_href(download.token, download.name), builds

    return offer


def ask(path, *, method="GET", **headers):
    app = Starlette(routes=[download_route()])
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(app, path, method=method, headers=named)


def browser(number: str) -> str:
    return f"{BROWSER_COOKIE}={number}"


def test_a_file_goes_to_the_browser_that_asked_and_is_not_kept_by_it(offer, sign_in):
    sign_in("none")
    path, builds = offer(Recipient(browser="b" * 48))
    strangers = (browser("c" * 48), browser(""), "", "other=b")
    for cookie in strangers:
        assert ask(path, cookie=cookie).refusal == (404, GONE)
    right = browser("b" * 48)
    for wrong in (
        path.replace("result", "results"),
        path.rpartition("/")[0] + "/CURRENT",
        path.replace(path.split("/")[-2], new_token()),
    ):
        assert ask(wrong, cookie=right).refusal == (404, GONE)
    assert ask(path, method="HEAD", cookie=right).status == 200
    assert builds == []
    answer = ask(path, cookie=right)
    assert (answer.status, answer.body.decode()) == (200, "ä text")
    assert builds == ["made"]
    assert answer.headers["content-disposition"] == 'attachment; filename="result.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RemovedError("a" * 32), 410, "was permanently removed from this store"),
        (AuditLogError(Path("log.sqlite"), "it is locked"), 503, "it is locked"),
        (ValueError("a text of a conversation"), 500, "The server's log says why."),
    ],
)
def test_a_file_that_cannot_be_made_is_refused_in_a_sentence(offer, sign_in, error, status, words):
    sign_in("none")
    path, _ = offer(Recipient(), error)
    answer = ask(path)
    assert answer.refusal[0] == status
    assert words in answer.refusal[1]
    assert "a text of a conversation" not in answer.refusal[1]
    assert answer.headers["cache-control"] == "no-store"


def test_behind_a_proxy_a_file_goes_to_its_user_alone(offer, sign_in):
    sign_in("proxy")
    path, builds = offer(Recipient(user=ADA))
    for user in (LINUS, User("ada", "reader")):
        assert ask(path, **{SEALED_HEADER: seal_user(user)}).refusal == (404, GONE)
    assert ask(path).refusal == (404, GONE)
    assert ask(path, **{SEALED_HEADER: 'x:{"name": "ada"}'}).refusal == (404, GONE)
    assert builds == []
    assert ask(path, **{SEALED_HEADER: seal_user(ADA)}).status == 200


def test_with_openid_a_file_goes_to_its_user_alone(offer, sign_in, monkeypatch):
    monkeypatch.setattr("streamlit.web.server.server_util.get_cookie_secret", lambda: SECRET)
    sign_in("openid")

    def signed(name, secret=SECRET):
        claims = {
            "is_logged_in": True,
            "email": name,
            "preferred_username": name,
            "name": name,
            "sub": name,
            "email_verified": True,
        }
        value = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(claims))
        return f"{USER_COOKIE_NAME}={value.decode()}"

    path, builds = offer(Recipient(user=ADA))
    for cookie in (signed("linus"), signed("ada", "another secret"), "", browser("")):
        assert ask(path, cookie=cookie).refusal == (404, GONE)
    assert builds == []
    assert ask(path, cookie=signed("ada")).status == 200


def given_cookie(cookie="", kind="text/html; charset=utf-8"):
    async def page(scope, receive, send):
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    answer = Answer(BrowserCookieMiddleware(page), "/", headers={"cookie": cookie})
    return answer.headers.get("set-cookie")


def test_a_browser_gets_a_number_once_and_scripts_cannot_read_it():
    first, second = given_cookie(), given_cookie()
    assert first is not None
    assert second is not None
    value, *attributes = first.split("; ")
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Lax"}
    assert value.startswith(f"{BROWSER_COOKIE}=")
    assert len(bytes.fromhex(value.partition("=")[2])) == 24
    assert first != second
    assert given_cookie(value) is None
    assert given_cookie(kind="text/javascript") is None
