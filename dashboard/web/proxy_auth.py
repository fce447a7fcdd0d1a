"""Reverse-proxy authentication: only requests from a trusted proxy that names a user pass."""

import hmac
import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.process.base_path import without_base
from dashboard.state.identity_seal import SEALED_HEADER, seal_user
from dashboard.web import health
from dashboard.web.attempt_limiter import AttemptLimiter
from dashboard.web.client_address import address_fields, claimed_address, peer_address
from dashboard.web.refusal import refuse, too_many
from queries.access import AuthSettings, User, clean_name, parse_groups
from queries.observability.log_format import fields
from queries.settings import Settings

OPEN_PATHS = (health.HEALTH_PATH, "/_stcore/health")
"""Paths that need no authentication: health checks."""

SECRET_HEADER = "X-Chatscape-Secret"  # noqa: S105
"""The header with the secret that only the proxy and the dashboard know."""

_logger = logging.getLogger(__name__)

_NAME_CHARS_MAX = 200

UNAUTHORIZED = 401
"""The status for requests of the proxy that name no user."""


class ProxyAuthMiddleware:
    """Middleware that refuses unauthenticated requests and tells pages who the user is."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap an application.

        Args:
            app: the application.
            settings: trusted proxies, names of the headers, and operators.

        Raises:
            UsageError: a setting is invalid.
        """
        self._app = app
        self._auth = AuthSettings.from_settings(settings)
        self._user_header = settings.identity_header
        self._groups_header = settings.groups_header
        self._limiter = AttemptLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle or refuse one request or connection."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                await refuse(self._slowed_down(refusal, scope), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _slowed_down(self, refusal: PlainTextResponse, scope: Scope) -> PlainTextResponse:
        """The refusal, logged; another one for an address that is refused again and again.

        Only refused requests are counted, so nobody keeps others behind the proxy out.
        """
        # The proxy itself, with its secret, is not the one who tries.
        is_proxy = refusal.status_code == UNAUTHORIZED
        address = claimed_address(scope) if is_proxy else peer_address(scope)
        wait = self._limiter.wait_seconds(address)
        if wait:
            return too_many(wait)
        self._limiter.record(address)
        addresses = address_fields(scope, is_proxy=self._auth.trusts(peer_address(scope)))
        _logger.warning(
            "a sign-in was refused", extra=fields(status=refusal.status_code, **addresses)
        )
        return refusal

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """The response of a refused request; None if it may pass, then with its user sealed."""
        headers = MutableHeaders(scope=scope)
        # A client may have sent one.
        del headers[SEALED_HEADER]
        secrets = headers.getlist(SECRET_HEADER)
        del headers[SECRET_HEADER]
        if self._auth.mode != "proxy" or _is_open(scope):
            return None
        is_proxy = self._auth.trusts(peer_address(scope)) and self._is_secret(secrets)
        if not is_proxy:
            sentence = (
                "Only requests through the authenticating proxy, which knows the secret, are "
                "accepted: open the proxy's address instead."
            )
            return PlainTextResponse(sentence, status_code=403)
        user = self._user(headers)
        if user is None:
            sentence = "Sign in first: the proxy did not say who you are."
            return PlainTextResponse(sentence, status_code=UNAUTHORIZED)
        headers[SEALED_HEADER] = seal_user(user)
        return None

    def _is_secret(self, secrets: list[str]) -> bool:
        """Whether a request has the secret: another program may run at the proxy's address."""
        expected = self._auth.proxy_secret.encode()
        return len(secrets) == 1 and hmac.compare_digest(secrets[0].encode("latin-1"), expected)

    def _user(self, headers: Headers) -> User | None:
        names = [clean_name(_decoded(text)) for text in headers.getlist(self._user_header)]
        # Of two headers, one is the proxy's and one the client's.
        if len(names) != 1 or not names[0] or len(names[0]) > _NAME_CHARS_MAX:
            return None
        lists = headers.getlist(self._groups_header)
        groups = parse_groups(_decoded(lists[0])) if len(lists) == 1 else ()
        return self._auth.user(names[0], groups)


def _is_open(scope: Scope) -> bool:
    return scope["type"] == "http" and without_base(scope["path"]) in OPEN_PATHS


def _decoded(text: str) -> str:
    """A header value in UTF-8, as it was sent: Starlette decodes headers as Latin-1."""
    return text.encode("latin-1").decode("utf-8", "replace").strip()
