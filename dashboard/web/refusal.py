"""Refusing a request, or the handshake of a websocket, before the application sees it."""

import math

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

POLICY_VIOLATION = 1008
"""The code with which a refused websocket is closed."""


def too_many(wait_seconds: float) -> PlainTextResponse:
    """The response to an address that was refused too often."""
    seconds = math.ceil(wait_seconds)
    sentence = f"Too many requests from your address were refused: try again in {seconds} s."
    return PlainTextResponse(sentence, 429, {"Retry-After": str(seconds)})


async def refuse(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response, or close a websocket that is not open yet. No byte of a body is read."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
    else:
        await response(scope, receive, send)
