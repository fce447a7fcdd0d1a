"""Logs failed sign-ins with OpenID Connect, and slows down an address that fails repeatedly."""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.process.base_path import without_base
from dashboard.web.attempt_limiter import AttemptLimiter
from dashboard.web.client_address import address_fields, claimed_address, peer_address
from dashboard.web.oidc import CALLBACK, FAILED
from dashboard.web.refusal import refuse, too_many
from queries.access import AuthSettings
from queries.observability.log_format import fields
from queries.settings import Settings

_logger = logging.getLogger(__name__)


class FailedSignInsMiddleware:
    """Middleware around `OidcMiddleware`, whose answer tells that a sign-in failed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap an application.

        Args:
            app: the application.
            settings: trusted proxies, whose claim of an address counts.

        Raises:
            UsageError: a setting is invalid.
        """
        self._app = app
        self._auth = AuthSettings.from_settings(settings)
        self._limiter = AttemptLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or connection."""
        if scope["type"] != "http" or without_base(scope["path"]) != CALLBACK:
            await self._app(scope, receive, send)
            return
        is_proxy = self._auth.trusts(peer_address(scope))
        address = (is_proxy and claimed_address(scope)) or peer_address(scope)
        wait = self._limiter.wait_seconds(address)
        if wait:
            await refuse(too_many(wait), scope, receive, send)
            return

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                location = Headers(raw=message["headers"]).get("location", "")
                if location.endswith(f"?{FAILED}"):
                    self._limiter.record(address)
                    addresses = address_fields(scope, is_proxy=is_proxy)
                    _logger.warning("a sign-in failed", extra=fields(**addresses))
            await send(message)

        await self._app(scope, receive, send_noted)
