"""The route of everything that can be downloaded: each file goes to its recipient alone."""

import logging
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.process.download_address import DOWNLOAD_PATH
from queries.errors import AuditLogError, DataError

if TYPE_CHECKING:
    from dashboard.process.downloads import Download

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_GONE = "This file is gone or is not yours: reload the page that offers it, and download it again."
_FAILED = "The file could not be made. The server's log says why."

_logger = logging.getLogger(__name__)


def download_route() -> Route:
    """The route of prepared exports and of files that are made when they are asked for."""
    return Route(DOWNLOAD_PATH, _respond)


def _respond(request: Request) -> Response:
    # Imported late: the server answers its first request before all of the dashboard is imported.
    from dashboard.state import downloads, exports

    token, name = request.path_params["token"], request.path_params["name"]
    recipient = downloads.recipient_of_request(request.headers, request.cookies)
    path = exports.prepared_file(token, name, recipient)
    if path is not None:
        return FileResponse(path, filename=path.name, headers=_HEADERS)
    download = downloads.offered_download(token, name, recipient)
    if download is None:
        return _sentence(_GONE, 404)
    return _content_response(download, is_asked_for=request.method == "GET")


def _content_response(download: "Download", *, is_asked_for: bool) -> Response:
    """The content, made now; none where only the headers are wanted."""
    # Imported late, as above.
    from dashboard.process.public_errors import public_text

    try:
        content = download.content() if is_asked_for else b""
    except AuditLogError as error:
        return _sentence(public_text(error), 503)
    except DataError as error:
        return _sentence(public_text(error), 410)
    except Exception:
        _logger.exception("a download failed")
        return _sentence(_FAILED, 500)
    disposition = f'attachment; filename="{download.name}"'
    headers = _HEADERS | {"Content-Disposition": disposition}
    return Response(content, media_type=download.mime, headers=headers)


def _sentence(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers=_HEADERS)
