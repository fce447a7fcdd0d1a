"""The base path of all routes: `CHATSCAPE_BASE_PATH`."""

from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.process.base_path import base_path, is_below_base


def below_base(*routes: Route) -> list[Route]:
    """The routes, each below the base path."""
    return [
        Route(f"{base_path()}{route.path}", route.endpoint, methods=list(route.methods or ()))
        for route in routes
    ]


class BasePathMiddleware:
    """Middleware that puts the base path before the path of a request that lacks it.

    So it does not matter whether a proxy leaves it out, and health checks on this machine work as
    at the root.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or connection."""
        base = base_path()
        if not base or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == base:
            # Links of pages are relative: without the slash they would lead above the base path.
            query = scope["query_string"].decode("latin-1")
            to_root = RedirectResponse(f"{base}/{'?' if query else ''}{query}", 308)
            await to_root(scope, receive, send)
        elif is_below_base(scope["path"]):
            await self._app(scope, receive, send)
        else:
            raw = scope.get("raw_path") or scope["path"].encode()
            moved = {"path": base + scope["path"], "raw_path": base.encode() + raw}
            await self._app({**scope, **moved}, receive, send)
