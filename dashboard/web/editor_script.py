"""The route that serves the script of the SQL editor."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.process import editor_bundle

_YEAR_SECONDS = 31_536_000
_TYPE = "text/javascript"


def editor_script_route() -> Route:
    """The route of the script."""
    editor_bundle.mark_editor_as_served()
    return Route(editor_bundle.editor_script_path(), _respond)


def _respond(request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(editor_bundle.gzipped_editor_script(), media_type=_TYPE, headers=headers)
    return Response(editor_bundle.editor_script(), media_type=_TYPE, headers=headers)
