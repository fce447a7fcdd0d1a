"""The middleware around Streamlit's OpenID Connect routes, request by request."""

import asyncio
import json

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.web.oidc import OidcMiddleware

SECRET = "a secret of tests alone"
PAGE = [(b"content-type", b"text/html; charset=utf-8")]
SIGNED_IN = [(b"location", b"/"), (b"set-cookie", f"{USER_COOKIE_NAME}=abc; Path=/".encode())]
SIGNED_OUT = [(b"location", b"/"), (b"set-cookie", f'{USER_COOKIE_NAME}=""; Max-Age=0'.encode())]


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setattr("streamlit.web.server.server_util.get_cookie_secret", lambda: SECRET)


def signed(who: str, secret: str = SECRET) -> str:
    value = create_signed_value(secret, USER_COOKIE_NAME, json.dumps({"sub": who}))
    return f"{USER_COOKIE_NAME}={value.decode()}"


class Exchange:
    """One request, and the response of the middleware to given headers of Streamlit."""

    def __init__(self, path, answer=PAGE, *, status=200, query="", cookie="", middleware=None):
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

        middleware = middleware or OidcMiddleware(app, is_secure=True)
        middleware._app = app
        asyncio.run(middleware(scope, receive, send))

    def headers(self, name: str) -> list[str]:
        pairs = self.sent[0]["headers"]
        return [value.decode() for key, value in pairs if key == name.encode()]


@pytest.mark.parametrize(
    ("path", "query"),
    [("/", ""), ("/browse", "language=Arabic&word=a%26b%3D"), ("/é", "word=%C3%A9+x")],
)
def test_the_requested_page_opens_after_signing_in(path, query):
    (cookie,) = Exchange(path, query=query).headers("set-cookie")
    value, *attributes = cookie.split("; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} < set(attributes)
    back = Exchange("/oauth2callback", SIGNED_IN, status=302, query="state=1", cookie=value)
    url = path.replace("é", "%C3%A9") + (f"?{query}" if query else "")
    assert back.headers("location") == [url]


@pytest.mark.parametrize("url", ["//evil.example", "/%5Cevil.example", "https://evil.example"])
def test_no_cookie_redirects_to_another_host(url):
    cookie = f"chatscape_wanted={url}"
    back = Exchange("/oauth2callback", SIGNED_IN, status=302, query="state=1", cookie=cookie)
    assert back.headers("location") == ["/"]


def test_a_failed_sign_in_is_reported_and_a_sign_out_is_not():
    for query in ("state=1&code=2", "error=access_denied"):
        back = Exchange("/oauth2callback", SIGNED_OUT, status=302, query=query)
        assert back.headers("location") == ["/?sign_in=failed"]
    assert Exchange("/oauth2callback", SIGNED_OUT, status=302).headers("location") == ["/"]
    unreachable = Exchange("/auth/login", [], status=400)
    assert unreachable.sent[0]["status"] == 303
    assert unreachable.headers("location") == ["/?sign_in=failed"]
    assert not Exchange("/", query="sign_in=failed").headers("set-cookie")


@pytest.mark.parametrize("path", ["/chatscape/exports/x/y.csv", "/media/x.json"])
def test_files_need_a_sign_in(path):
    assert Exchange(path, cookie=signed("1")).is_passed_on
    for cookie in ("", signed("1", "another secret"), signed("1").replace(".", "A.", 1)):
        answer = Exchange(path, cookie=cookie)
        assert not answer.is_passed_on
        assert answer.sent[0]["status"] == 401


def test_a_sign_out_ends_this_session_only():
    middleware = OidcMiddleware(lambda *_: None, is_secure=False)
    path, ada, linus = "/media/x", signed("ada"), signed("linus")
    assert Exchange(path, cookie=ada, middleware=middleware).is_passed_on
    Exchange("/auth/logout", SIGNED_OUT, status=302, cookie=ada, middleware=middleware)
    assert not Exchange(path, cookie=ada, middleware=middleware).is_passed_on
    assert Exchange(path, cookie=linus, middleware=middleware).is_passed_on


def test_cookies_are_secure_under_https():
    assert Exchange("/oauth2callback", SIGNED_IN, status=302).headers("set-cookie") == [
        f"{USER_COOKIE_NAME}=abc; Path=/; Secure"
    ]
    middleware = OidcMiddleware(lambda *_: None, is_secure=False)
    assert Exchange("/oauth2callback", SIGNED_IN, status=302, middleware=middleware).headers(
        "set-cookie"
    ) == [f"{USER_COOKIE_NAME}=abc; Path=/"]
