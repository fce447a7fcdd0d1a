"""What Streamlit's OpenID Connect sign-in lacks: return URL, error page, effective sign-out.

Streamlit talks to the provider and keeps the claims in a signed cookie. By itself it forgets which
page was asked for, says nothing where signing in failed, and after a sign-out goes on to serve
pages that are open in other tabs, or to anyone with a copy of the cookie.
"""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import quote, unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import streamlit_internals
from dashboard.process.base_path import base_path, without_base

FAILED = "sign_in=failed"
"""Query of the page that is shown after a failed sign-in."""

_FILES = ("/chatscape/exports/", "/media/")
"""Paths of files that were made for one user."""

CALLBACK = "/oauth2callback"
"""Path to which the provider sends people back."""

_LOGIN, _LOGOUT = "/auth/login", "/auth/logout"
_RETURN_COOKIE = "chatscape_wanted"
_RETURN_SECONDS = 3_600
_RETURN_CHARS_MAX = 2_000
_USER_COOKIE_SECONDS = 31 * 86_400
"""Streamlit refuses older cookies."""

SessionDigest = bytes
"""Identifies one sign-in: the hash of its claims, which contain a nonce."""


class EndedSessions:
    """Sign-ins that ended here, and the open connections of the others."""

    def __init__(self) -> None:
        self._ended_at: dict[SessionDigest, float] = {}
        self._end_events: dict[SessionDigest, set[asyncio.Event]] = {}

    def find(self, cookies: Mapping[str, str]) -> SessionDigest | None:
        """The sign-in that cookies belong to; None where nobody is signed in, or no longer."""
        digest = streamlit_internals.sign_in_digest(cookies)
        return None if digest in self._ended_at else digest

    def end(self, digest: SessionDigest) -> None:
        """Revoke a sign-in and close its open connections."""
        now = time.time()
        self._ended_at = {
            ended: at for ended, at in self._ended_at.items() if at > now - _USER_COOKIE_SECONDS
        } | {digest: now}
        for event in self._end_events.pop(digest, ()):
            event.set()

    def watch(self, digest: SessionDigest) -> asyncio.Event:
        """An event that is set when a sign-in ends."""
        event = asyncio.Event()
        self._end_events.setdefault(digest, set()).add(event)
        return event

    def unwatch(self, digest: SessionDigest, event: asyncio.Event) -> None:
        """Forget an event of `watch`."""
        events = self._end_events.get(digest, set())
        events.discard(event)
        if not events:
            self._end_events.pop(digest, None)


class OidcMiddleware:
    """Middleware around Streamlit's routes for signing in and out."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        """Wrap an application.

        Args:
            app: the application.
            is_secure: whether people use https only; cookies are then marked ``Secure``.

        Raises:
            UsageError: this version of Streamlit lacks what is needed.
        """
        streamlit_internals.require_sign_in_cookies()
        self._app = app
        self._is_secure = is_secure
        self._sessions = EndedSessions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        digest = self._sessions.find(request.cookies)
        if scope["type"] == "websocket":
            await self._serve_websocket(scope, receive, send, digest)
        elif digest is None and without_base(scope["path"]).startswith(_FILES):
            sentence = "Sign in first: this file belongs to a signed-in user."
            await PlainTextResponse(sentence, status_code=401)(scope, receive, send)
        else:
            if digest is not None and without_base(scope["path"]) == _LOGOUT:
                self._sessions.end(digest)
            await self._app(scope, receive, self._with_fixes(request, send, digest))

    async def _serve_websocket(
        self, scope: Scope, receive: Receive, send: Send, digest: SessionDigest | None
    ) -> None:
        """Serve an open page until its sign-in ends; the browser then reconnects, signed out."""
        if digest is None:
            # Streamlit would accept the cookie of a sign-in that ended here.
            del MutableHeaders(scope=scope)["cookie"]
            await self._app(scope, receive, send)
            return
        ended = self._sessions.watch(digest)
        try:
            await self._app(scope, _receive_until(ended, receive), send)
            if ended.is_set():
                await send({"type": "websocket.close", "code": 1001})
        finally:
            self._sessions.unwatch(digest, ended)

    def _with_fixes(
        self, request: HTTPConnection, send: Send, digest: SessionDigest | None
    ) -> Send:
        """A `send` that adds to a response what Streamlit leaves out."""
        path = without_base(request.scope["path"])

        async def send_fixed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path == CALLBACK and "location" in headers:
                    headers["location"] = _location_after_callback(request, headers)
                elif path == _LOGIN and message["status"] == 400:
                    message["status"] = 303
                    headers["location"] = _failed_page()
                elif digest is None and headers.get("content-type", "").startswith("text/html"):
                    _set_return_cookie(request, headers)
                if self._is_secure:
                    _mark_cookies_secure(message)
            await send(message)

        return send_fixed


def _location_after_callback(request: HTTPConnection, headers: MutableHeaders) -> str:
    """Where to redirect somebody who comes back from the provider."""
    prefix = f"{streamlit_internals.user_cookie_name()}="
    cookies = headers.getlist("set-cookie")
    if any(cookie.startswith(prefix) and "Max-Age=0" not in cookie for cookie in cookies):
        first_page = f"{base_path()}/"
        url = unquote(request.cookies.get(_RETURN_COOKIE, first_page))
        # `//host` and `/\host` are other hosts.
        is_own = url.startswith(first_page) and not url.startswith(("//", "/\\"))
        return quote(url, safe="/?&=%+:,;@") if is_own else first_page
    # Providers redirect here after a sign-out as well, then without parameters.
    was_signing_in = "state" in request.query_params or "error" in request.query_params
    return _failed_page() if was_signing_in else headers["location"]


def _failed_page() -> str:
    return f"{base_path()}/?{FAILED}"


def _set_return_cookie(request: HTTPConnection, headers: MutableHeaders) -> None:
    """Have the browser remember which page to return to after signing in."""
    query = request.url.query
    if query == FAILED:
        return
    url = quote(request.url.path + (f"?{query}" if query else ""))
    if len(url) <= _RETURN_CHARS_MAX:
        attributes = f"Path={base_path() or '/'}; HttpOnly; SameSite=Lax; Max-Age={_RETURN_SECONDS}"
        headers.append("set-cookie", f"{_RETURN_COOKIE}={url}; {attributes}")


def _receive_until(ended: asyncio.Event, receive: Receive) -> Receive:
    """A `receive` that reports a disconnect as soon as an event is set."""

    async def receive_until() -> Message:
        message = asyncio.ensure_future(receive())
        end = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((message, end), return_when=asyncio.FIRST_COMPLETED)
            if ended.is_set():
                return {"type": "websocket.disconnect", "code": 1001}
            return message.result()
        finally:
            message.cancel()
            end.cancel()

    return receive_until


def _mark_cookies_secure(message: Message) -> None:
    message["headers"] = [
        (name, value + b"; Secure" if _lacks_secure(name, value) else value)
        for name, value in message["headers"]
    ]


def _lacks_secure(name: bytes, value: bytes) -> bool:
    return name.lower() == b"set-cookie" and b"; secure" not in value.lower()
