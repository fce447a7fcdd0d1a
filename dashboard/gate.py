"""Who may come in: with a proxy in front, only those whom it names."""

import json
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import health
from queries.logs import fields
from queries.settings import Settings
from queries.sign_in import Person, SignIn, listed_groups

OPEN_PATHS = (health.PATH, "/_stcore/health")
"""Whether the server is up is told to anybody."""

_logger = logging.getLogger(__name__)

_PASSED = "X-Chatscape-Passed"
_SEAL = secrets.token_hex()
"""Known to this process alone: what is sealed with it was written by the gate."""

_NAME_CHARS_MAX = 200


class Gate:
    """Middleware that lets requests through, and says to the pages whose they are."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Put it before an app.

        Args:
            app: what answers.
            settings: whom to trust, and for what.

        Raises:
            UsageError: a setting that cannot be.
        """
        self._app = app
        self._sign_in = SignIn.of(settings)
        self._identity = settings.identity_header
        self._groups = settings.groups_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                _logger.warning("a request was refused", extra=fields(status=refusal.status_code))
                if scope["type"] == "websocket":
                    await receive()
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """What to answer instead; None where the request may pass, its person sealed in it."""
        headers = MutableHeaders(scope=scope)
        # Not one that somebody sends.
        del headers[_PASSED]
        if self._sign_in.way != "proxy" or _is_open(scope):
            return None
        client = scope.get("client")
        if not self._sign_in.trusts(client[0] if client else None):
            said = "Only the proxy that signs people in may ask here: open its address instead."
            return PlainTextResponse(said, status_code=403)
        person = self._person(headers)
        if person is None:
            said = "Sign in first: the proxy did not say who you are."
            return PlainTextResponse(said, status_code=401)
        headers[_PASSED] = _sealed(person)
        return None

    def _person(self, headers: Headers) -> Person | None:
        names = [_decoded(text) for text in headers.getlist(self._identity)]
        # Two of them are one of a proxy and one of somebody else.
        if len(names) != 1 or not names[0] or len(names[0]) > _NAME_CHARS_MAX:
            return None
        groups = headers.getlist(self._groups)
        said = listed_groups(_decoded(groups[0])) if len(groups) == 1 else ()
        return self._sign_in.person(names[0], said)


def passed(headers: Mapping[str, Any]) -> Person | None:
    """The person whose request came through the gate; None if it did not."""
    seal, _, said = str(headers.get(_PASSED) or "").partition(":")
    if not secrets.compare_digest(seal.encode(), _SEAL.encode()):
        return None
    return Person(**json.loads(said))


def _sealed(person: Person) -> str:
    said = json.dumps({"name": person.name, "role": person.role})
    return f"{_SEAL}:{said}"


def _is_open(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"] in OPEN_PATHS


def _decoded(text: str) -> str:
    """A value of a header as its sender wrote it: Starlette takes every byte for a letter."""
    return text.encode("latin-1").decode("utf-8", "replace").strip()
