"""What stands around Streamlit's steps of signing in, request by request."""

import asyncio
import json

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard import openid
from dashboard.openid import OpenidSteps

SECRET = "a secret of tests alone"
PAGE = [(b"content-type", b"text/html; charset=utf-8")]
SIGNED_IN = [(b"location", b"/"), (b"set-cookie", f"{USER_COOKIE_NAME}=abc; Path=/".encode())]
SIGNED_OUT = [(b"location", b"/"), (b"set-cookie", f'{USER_COOKIE_NAME}=""; Max-Age=0'.encode())]


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setattr(openid, "get_cookie_secret", lambda: SECRET)


def signed(who: str, secret: str = SECRET) -> str:
    value = create_signed_value(secret, USER_COOKIE_NAME, json.dumps({"sub": who}))
    return f"{USER_COOKIE_NAME}={value.decode()}"


class Asked:
    """What is answered to one request, where Streamlit answers with some headers."""

    def __init__(self, path, answer=PAGE, *, status=200, query="", cookie="", steps=None):
        self.is_passed_on = False
        self.sent: list[dict] = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"host", b"chat.example.org"), (b"cookie", cookie.encode())],
            "scheme": "https",
            "server": ("127.0.0.1", 8501),
        }

        async def app(scope, receive, send):
            self.is_passed_on = True
            await send({"type": "http.response.start", "status": status, "headers": list(answer)})

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            self.sent.append(message)

        steps = steps or OpenidSteps(app, is_secure=True)
        steps._app = app
        asyncio.run(steps(scope, receive, send))

    def headers(self, name: str) -> list[str]:
        pairs = self.sent[0]["headers"]
        return [value.decode() for one, value in pairs if one == name.encode()]


@pytest.mark.parametrize(
    ("path", "query"),
    [("/", ""), ("/browse", "language=Arabic&word=a%26b%3D"), ("/é", "word=%C3%A9+x")],
)
def test_the_address_that_was_wanted_comes_back(path, query):
    (said,) = Asked(path, query=query).headers("set-cookie")
    value, *attributes = said.split("; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} < set(attributes)
    back = Asked("/oauth2callback", SIGNED_IN, status=302, query="state=1", cookie=value)
    wanted = path.replace("é", "%C3%A9") + (f"?{query}" if query else "")
    assert back.headers("location") == [wanted]


@pytest.mark.parametrize("wanted", ["//evil.example", "/%5Cevil.example", "https://evil.example"])
def test_no_cookie_leads_to_another_host(wanted):
    cookie = f"chatscape_wanted={wanted}"
    back = Asked("/oauth2callback", SIGNED_IN, status=302, query="state=1", cookie=cookie)
    assert back.headers("location") == ["/"]


def test_what_failed_is_said_and_a_sign_out_is_no_failure():
    for query in ("state=1&code=2", "error=access_denied"):
        back = Asked("/oauth2callback", SIGNED_OUT, status=302, query=query)
        assert back.headers("location") == ["/?sign_in=failed"]
    assert Asked("/oauth2callback", SIGNED_OUT, status=302).headers("location") == ["/"]
    unreachable = Asked("/auth/login", [], status=400)
    assert unreachable.sent[0]["status"] == 303
    assert unreachable.headers("location") == ["/?sign_in=failed"]
    assert not Asked("/", query="sign_in=failed").headers("set-cookie")


@pytest.mark.parametrize("path", ["/chatscape/exports/x/y.csv", "/media/x.json"])
def test_files_are_for_those_who_are_signed_in(path):
    assert Asked(path, cookie=signed("1")).is_passed_on
    for cookie in ("", signed("1", "another secret"), signed("1").replace(".", "A.", 1)):
        answer = Asked(path, cookie=cookie)
        assert not answer.is_passed_on
        assert answer.sent[0]["status"] == 401


def test_a_sign_out_ends_one_sign_in_and_no_other():
    steps = OpenidSteps(lambda *_: None, is_secure=False)
    path, ada, linus = "/media/x", signed("ada"), signed("linus")
    assert Asked(path, cookie=ada, steps=steps).is_passed_on
    Asked("/auth/logout", SIGNED_OUT, status=302, cookie=ada, steps=steps)
    assert not Asked(path, cookie=ada, steps=steps).is_passed_on
    assert Asked(path, cookie=linus, steps=steps).is_passed_on


def test_cookies_go_over_https_alone_where_people_come_so():
    assert Asked("/oauth2callback", SIGNED_IN, status=302).headers("set-cookie") == [
        f"{USER_COOKIE_NAME}=abc; Path=/; Secure"
    ]
    steps = OpenidSteps(lambda *_: None, is_secure=False)
    assert Asked("/oauth2callback", SIGNED_IN, status=302, steps=steps).headers("set-cookie") == [
        f"{USER_COOKIE_NAME}=abc; Path=/"
    ]
