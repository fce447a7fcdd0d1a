"""The route of prepared exports: sent piece by piece to those who know their token."""

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.gate import passed

PATH = "/chatscape/exports/{token}/{name}"
"""Where a prepared export is."""


def route() -> Route:
    """The route that sends it."""
    return Route(PATH, _respond)


def _respond(request: Request) -> Response:
    # Late: the server answers its first request before the rest of the dashboard is imported.
    from dashboard.exporting import prepared_file

    asker = passed(request.headers)
    path = prepared_file(request.path_params["token"], request.path_params["name"], asker)
    if path is None:
        said = "There is no such export any more: prepare it again on the page Export."
        return PlainTextResponse(said, status_code=404)
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})
