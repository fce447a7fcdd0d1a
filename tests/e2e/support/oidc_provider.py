"""An OpenID provider that believes whatever a test says: it asks for no password."""

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.browser import free_port

CLIENT, PASSWORD = "chatscape", "hush"
Fault = Literal["signature", "expired", "nonce", "audience", "refused", "unreachable"]


class Provider:
    """Signs in the person that a test sets, and does one thing wrong if told so."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.person: dict[str, Any] = {"sub": "nobody"}
        self.fault: Fault | None = None
        self.sign_outs: list[str] = []
        self._key, self._strange_key = (
            ECKey.generate_key("P-256", parameters={"kid": "1"}) for _ in range(2)
        )
        self._requests: dict[str, dict[str, str]] = {}

    @property
    def app(self) -> Starlette:
        answers = {
            "/.well-known/openid-configuration": self._describe,
            "/authorize": self._authorize,
            "/token": self._give,
            "/jwks": self._show_key,
            "/sign-out": self._sign_out,
        }
        routes = [Route(path, answer, methods=["GET", "POST"]) for path, answer in answers.items()]
        return Starlette(routes=routes)

    async def _describe(self, _: Request) -> Response:
        if self.fault == "unreachable":
            return Response(status_code=502)
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "end_session_endpoint": f"{self.url}/sign-out",
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        params = dict(request.query_params)
        assert params["client_id"] == CLIENT
        assert params["code_challenge_method"] == "S256"
        reply = {"state": params["state"], "code": secrets.token_hex()}
        if self.fault == "refused":
            reply = {"state": params["state"], "error": "access_denied"}
        else:
            self._requests[reply["code"]] = params
        return RedirectResponse(f"{params['redirect_uri']}?{urlencode(reply)}")

    async def _give(self, request: Request) -> Response:
        form = await request.form()
        params = self._requests.pop(str(form["code"]))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        assert urlsafe_b64encode(digest).decode().rstrip("=") == params["code_challenge"]
        now = int(time.time()) - (3_600 if self.fault == "expired" else 0)
        claims = {
            "iss": self.url,
            "aud": "somebody else" if self.fault == "audience" else CLIENT,
            "nonce": "another" if self.fault == "nonce" else params["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.person,
        }
        key = self._strange_key if self.fault == "signature" else self._key
        token = jwt.encode({"alg": "ES256", "kid": "1"}, claims, key)
        return JSONResponse(
            {"access_token": secrets.token_hex(), "token_type": "Bearer", "id_token": token}
        )

    async def _show_key(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _sign_out(self, request: Request) -> Response:
        self.sign_outs.append(request.query_params["id_token_hint"])
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that answers on loopback."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(provider.app, port=port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(20)
