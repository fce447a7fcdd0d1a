"""A cookie by which a browser is known again, so that nobody else gets its downloads.

It is set where nobody signs in. It is no sign-in: it only has to come along with the address of a
file, which is secret too.
"""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.process.base_path import base_path
from dashboard.process.download_address import BROWSER_COOKIE


class BrowserCookieMiddleware:
    """Middleware that gives a number to each browser that opens a page and has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or connection."""
        if scope["type"] != "http" or HTTPConnection(scope).cookies.get(BROWSER_COOKIE):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    # Lax: a link from elsewhere must not make the browser look like a new one.
                    cookie = f"{BROWSER_COOKIE}={secrets.token_hex(24)}"
                    path = base_path() or "/"
                    headers.append("set-cookie", f"{cookie}; Path={path}; HttpOnly; SameSite=Lax")
            await send(message)

        await self._app(scope, receive, send_with_cookie)
