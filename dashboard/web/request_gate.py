"""The gate in front of Streamlit: closes routes that no page needs, foreign hosts and origins.

Streamlit takes uploads that no page asked for, answers with its metrics under any host name, and
accepts websockets from every page of this machine, whatever its port.
"""

import logging
from collections.abc import Callable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.process.base_path import without_base
from dashboard.web.client_address import address_fields, peer_address
from dashboard.web.proxy_auth import OPEN_PATHS
from dashboard.web.refusal import refuse
from queries.access import AuthSettings
from queries.observability.log_format import fields
from queries.settings import Settings

CLOSED_ROUTES = (
    ("_stcore", "upload_file"),
    ("_stcore", "metrics"),
    ("_stcore", "agent"),
    ("_stcore", "script-health-check"),
)
"""Routes of Streamlit that no page needs, as segments of the path; all below them is closed too."""

_DEFAULT_PORTS = {"http": 80, "https": 443}

_Address = tuple[str, int]
"""A host name in lower case, and a port."""

_logger = logging.getLogger(__name__)


class RequestGateMiddleware:
    """Middleware that refuses requests before Streamlit reads anything of them."""

    def __init__(
        self, app: ASGIApp, settings: Settings, allowed_hosts: Callable[[], Sequence[str]]
    ) -> None:
        """Wrap an application.

        Args:
            app: the application.
            settings: trusted proxies.
            allowed_hosts: returns the host names that requests may carry, where ``*.name`` stands
                for all names below one; every name is allowed if there are none.

        Raises:
            UsageError: a setting is invalid.
        """
        self._app = app
        self._auth = AuthSettings.from_settings(settings)
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle or refuse one request or connection."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                is_proxy = self._auth.trusts(peer_address(scope))
                addresses = address_fields(scope, is_proxy=is_proxy)
                status = fields(status=refusal.status_code, **addresses)
                _logger.warning("a request was refused", extra=status)
                await refuse(refusal, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """The response of a refused request; None if it may pass."""
        if _is_closed(scope["path"]):
            # Closing the connection keeps the server from reading the body to its end.
            return PlainTextResponse("There is nothing here.", 404, {"Connection": "close"})
        headers = Headers(scope=scope)
        if scope["type"] == "http" and without_base(scope["path"]) in OPEN_PATHS:
            return None
        if not self._is_host_allowed(headers.getlist("host")):
            sentence = (
                "The dashboard has another host name: open it under that name, or add this one "
                "with --allowed-host."
            )
            return PlainTextResponse(sentence, 403)
        if scope["type"] == "websocket" and not self._is_own_origin(scope, headers):
            return PlainTextResponse("Only pages of the dashboard may open this.", 403)
        return None

    def _is_host_allowed(self, hosts: Sequence[str]) -> bool:
        address = _parse_address(hosts[0], 80) if len(hosts) == 1 else None
        if address is None:
            return False
        allowed = [name.strip().lower().rstrip(".") for name in self._allowed_hosts()]
        return not allowed or any(_matches(address[0], name) for name in allowed)

    def _is_own_origin(self, scope: Scope, headers: Headers) -> bool:
        """Whether a page of the dashboard opens the websocket, or a program that is no browser."""
        origins = headers.getlist("origin")
        if not origins:
            return True
        scheme, separator, place = origins[0].partition("://")
        if len(origins) != 1 or not separator or scheme not in self._schemes(scope, headers):
            return False
        port = _DEFAULT_PORTS[scheme]
        address = _parse_address(place, port)
        return address is not None and address == _parse_address(headers["host"], port)

    def _schemes(self, scope: Scope, headers: Headers) -> tuple[str, ...]:
        """The schemes by which the dashboard is served; a proxy in front may add TLS."""
        is_forwarded = self._auth.trusts(peer_address(scope))
        if is_forwarded and headers.getlist("x-forwarded-proto") == ["https"]:
            return ("https",)
        return ("http", "https") if scope.get("scheme") in ("ws", "http") else ("https",)


def _is_closed(path: str) -> bool:
    """Whether a path leads to a closed route, also below a base path."""
    segments = [segment for segment in path.split("/") if segment]
    return any(pair in CLOSED_ROUTES for pair in pairwise(segments))


def _matches(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return allowed in ("*", host) or allowed.strip("[]") == host


def _parse_address(text: str, default_port: int) -> _Address | None:
    """The host and port of a Host header or an origin; None if it is neither."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.netloc != text or parts.username is not None:
        return None
    return host.rstrip("."), default_port if port is None else port
