"""Around signing in by OpenID: the way back, what went wrong, and a sign-out that holds.

Streamlit asks the provider and signs a cookie of what it said. Left to itself it forgets the
address that somebody wanted, says nothing where signing in failed, and goes on to serve pages that
are open in other tabs after a sign-out, or by a copy of the cookie.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from urllib.parse import quote, unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

FAILED = "sign_in=failed"
"""What the address of a page says after signing in did not work."""

_FILES = ("/chatscape/exports/", "/media/")
"""Below these are files that were made for one person."""

_LOGIN, _LOGOUT, _CALLBACK = "/auth/login", "/auth/logout", "/oauth2callback"
_WANTED = "chatscape_wanted"
_WANTED_SECONDS = 3_600
_WANTED_CHARS_MAX = 2_000
_COOKIE_SECONDS = 31 * 86_400
"""An older cookie is refused by Streamlit."""

Mark = bytes
"""What stands for one sign-in: the hash of what the provider said, with its nonce."""


class SignIns:
    """Sign-ins that ended here, and connections of those that go on."""

    def __init__(self) -> None:
        self._ended: dict[Mark, float] = {}
        self._endings: dict[Mark, set[asyncio.Event]] = {}

    def mark(self, cookies: Mapping[str, str]) -> Mark | None:
        """The sign-in that cookies are of; None where nobody is signed in, or not any more."""
        secret = get_cookie_secret()

        def value(name: str) -> bytes | None:
            return decode_signed_value(secret, name, cookies.get(name, "").encode("latin-1"))

        said = get_cookie_with_chunks(value, USER_COOKIE_NAME)
        found = hashlib.sha256(said).digest() if said else None
        return None if found in self._ended else found

    def end(self, mark: Mark) -> None:
        """Let it count no more, and close what is open."""
        now = time.time()
        self._ended = {
            one: when for one, when in self._ended.items() if when > now - _COOKIE_SECONDS
        } | {mark: now}
        for ending in self._endings.pop(mark, ()):
            ending.set()

    def watch(self, mark: Mark) -> asyncio.Event:
        """What is set when a sign-in ends."""
        ending = asyncio.Event()
        self._endings.setdefault(mark, set()).add(ending)
        return ending

    def forget(self, mark: Mark, ending: asyncio.Event) -> None:
        """Watch it no longer."""
        watched = self._endings.get(mark, set())
        watched.discard(ending)
        if not watched:
            self._endings.pop(mark, None)


class OpenidSteps:
    """Middleware around Streamlit's own steps of signing in and out."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        """Put it before an app.

        Args:
            app: what answers.
            is_secure: people come by https alone; then cookies go nowhere else.
        """
        self._app = app
        self._is_secure = is_secure
        self._sign_ins = SignIns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        mark = self._sign_ins.mark(request.cookies)
        if scope["type"] == "websocket":
            await self._serve_page(scope, receive, send, mark)
        elif mark is None and scope["path"].startswith(_FILES):
            said = "Sign in first: this file is of a person who is signed in."
            await PlainTextResponse(said, status_code=401)(scope, receive, send)
        else:
            if mark is not None and scope["path"] == _LOGOUT:
                self._sign_ins.end(mark)
            await self._app(scope, receive, self._changing(request, send, mark))

    async def _serve_page(
        self, scope: Scope, receive: Receive, send: Send, mark: Mark | None
    ) -> None:
        """Serve an open page until its sign-in ends; the browser then comes anew, as nobody."""
        if mark is None:
            # Streamlit would take a cookie that was signed out here.
            del MutableHeaders(scope=scope)["cookie"]
            await self._app(scope, receive, send)
            return
        ending = self._sign_ins.watch(mark)
        try:
            await self._app(scope, _until(ending, receive), send)
            if ending.is_set():
                await send({"type": "websocket.close", "code": 1001})
        finally:
            self._sign_ins.forget(mark, ending)

    def _changing(self, request: HTTPConnection, send: Send, mark: Mark | None) -> Send:
        """Send answers with what Streamlit leaves out."""
        path = request.scope["path"]

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path == _CALLBACK and "location" in headers:
                    headers["location"] = _after(request, headers)
                elif path == _LOGIN and message["status"] == 400:
                    message["status"] = 303
                    headers["location"] = f"/?{FAILED}"
                elif mark is None and headers.get("content-type", "").startswith("text/html"):
                    _remember(request, headers)
                if self._is_secure:
                    _make_secure(message)
            await send(message)

        return send_changed


def _after(request: HTTPConnection, headers: MutableHeaders) -> str:
    """Where one goes who comes back from the provider."""
    cookies = headers.getlist("set-cookie")
    if any(one.startswith(f"{USER_COOKIE_NAME}=") and "Max-Age=0" not in one for one in cookies):
        wanted = unquote(request.cookies.get(_WANTED, "/"))
        # `//host` and `/\host` are other hosts.
        is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
        return quote(wanted, safe="/?&=%+:,;@") if is_ours else "/"
    # Providers send people here after a sign-out as well, and then say nothing.
    came_to_sign_in = "state" in request.query_params or "error" in request.query_params
    return f"/?{FAILED}" if came_to_sign_in else headers["location"]


def _remember(request: HTTPConnection, headers: MutableHeaders) -> None:
    """Have the browser keep which page was wanted, before it goes to sign in."""
    query = request.url.query
    if query == FAILED:
        return
    wanted = quote(request.url.path + (f"?{query}" if query else ""))
    if len(wanted) <= _WANTED_CHARS_MAX:
        said = f"{_WANTED}={wanted}; Path=/; HttpOnly; SameSite=Lax; Max-Age={_WANTED_SECONDS}"
        headers.append("set-cookie", said)


def _until(ending: asyncio.Event, receive: Receive) -> Receive:
    """What a browser sends, and that it left once something has ended."""

    async def receive_until() -> Message:
        asking, waiting = asyncio.ensure_future(receive()), asyncio.ensure_future(ending.wait())
        try:
            await asyncio.wait((asking, waiting), return_when=asyncio.FIRST_COMPLETED)
            if ending.is_set():
                return {"type": "websocket.disconnect", "code": 1001}
            return asking.result()
        finally:
            asking.cancel()
            waiting.cancel()

    return receive_until


def _make_secure(message: Message) -> None:
    message["headers"] = [
        (name, value + b"; Secure" if _lacks_secure(name, value) else value)
        for name, value in message["headers"]
    ]


def _lacks_secure(name: bytes, value: bytes) -> bool:
    return name.lower() == b"set-cookie" and b"; secure" not in value.lower()
