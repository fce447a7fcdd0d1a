"""The route that serves Plotly's script, so that pages load nothing from another host."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.process import plotly_bundle

_YEAR_SECONDS = 31_536_000
_TYPE = "text/javascript"


def script_route() -> Route:
    """The route of the script."""
    plotly_bundle.mark_as_served()
    return Route(plotly_bundle.SCRIPT_PATH, _respond)


def _respond(request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable",
        "Vary": "Accept-Encoding",
    }
    gzipped = plotly_bundle.gzipped_script()
    if gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(gzipped, media_type=_TYPE, headers=headers)
    return Response(plotly_bundle.script_bytes(), media_type=_TYPE, headers=headers)
