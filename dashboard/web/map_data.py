"""The route of what the map of prompts draws: places, colours, slices and single openings.

Whoever may open the page gets it, and nobody else. Browsers keep what they got and ask each time
whether it still holds, so that nobody sees it after signing out, nor what has been removed.
"""

import gzip
import json
import logging
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.process.map_address import MAP_PATH
from queries import __version__
from queries.errors import DataError, FilterError, VersionGoneError

if TYPE_CHECKING:
    from pathlib import Path

    from queries.store.relations import Snapshot

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding, Cookie",
}

_SIGN_IN = "Sign in first."
_ACCEPT = "Open a page of the dashboard first, and accept the licence of the data."
_OUTDATED = "The conversations of the store have changed: reload the page."
_NOTHING = "The map has no such part."
_FAILED = "The map could not be read. The server's log says why."

_logger = logging.getLogger(__name__)


class _Part(NamedTuple):
    """A part of the map: its bytes, and whether compressing them is worth the time."""

    content: bytes
    is_compressible: bool
    mime: str = "application/octet-stream"


def map_route() -> Route:
    """The route of all parts of the map."""
    return Route(MAP_PATH, _respond)


def _respond(request: Request) -> Response:
    # Imported late: the server answers its first request before all of the dashboard is imported.
    from dashboard.process.public_errors import public_text

    try:
        return _authorised_response(request)
    except FilterError as error:
        return _sentence(public_text(error), 400)
    except VersionGoneError as error:
        return _sentence(public_text(error), 410)
    except DataError as error:
        return _sentence(public_text(error), 503)
    except Exception:
        _logger.exception("a part of the map could not be read")
        return _sentence(_FAILED, 500)


def _authorised_response(request: Request) -> Response:
    """What the request asks for, if whoever sent it may open pages."""
    # Imported late, as above.
    from dashboard.process import map_arrays, open_stores
    from dashboard.state import downloads
    from queries.state.licence import is_acceptance_needed

    if downloads.recipient_of_request(request.headers, request.cookies) is None:
        return _sentence(_SIGN_IN, 403)
    version = request.path_params["version"]
    if all(known.name != version for known in open_stores.store_path().versions()):
        raise VersionGoneError(version)
    store = open_stores.store_of_version(version)
    if is_acceptance_needed(store.path, store.version):
        return _sentence(_ACCEPT, 403)
    snapshot = store.snapshot
    if request.path_params["removals"] != map_arrays.removals_code(snapshot):
        return _sentence(_OUTDATED, 410)
    tag = (
        f'"{sha256(f"{__version__} {request.url.path}?{request.url.query}".encode()).hexdigest()}"'
    )
    headers = {**_HEADERS, "ETag": tag}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    part = _read_part(request, store.path.path, snapshot)
    if part is None:
        return _sentence(_NOTHING, 404)
    content = part.content
    if part.is_compressible and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=part.mime, headers=headers)


def _read_part(request: Request, path: "Path", snapshot: "Snapshot") -> _Part | None:
    """The part that a request names; None if there is none of that name."""
    from dashboard.process import map_arrays
    from queries.conversations.map_points import MAP_COLOURS
    from queries.filters.parsing import filters_from_pairs

    name, _, detail = request.path_params["part"].partition("/")
    if name == "points" and not detail:
        return _Part(map_arrays.place_bytes(path, snapshot), is_compressible=False)
    if name == "slice" and not detail:
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
        members = map_arrays.member_bytes(path, snapshot, filters_from_pairs(pairs))
        return _Part(members, is_compressible=True)
    if name == "colours":
        for colour in MAP_COLOURS:
            if colour == detail:
                numbers = map_arrays.colour_bytes(path, snapshot, colour)
                return _Part(numbers, is_compressible=True)
    if name == "preview" and detail.isascii() and detail.isdecimal() and len(detail) < 10:
        preview = map_arrays.preview(path, snapshot, int(detail))
        if preview is not None:
            content = json.dumps(preview, ensure_ascii=False, allow_nan=False).encode()
            return _Part(content, is_compressible=False, mime="application/json")
    return None


def _sentence(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={**_HEADERS, "Cache-Control": "no-store"})
