"""Plotly's script for the browser: the one that comes with the Python package, served by us."""

import gzip
from importlib.resources import files

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PATH = f"/chatscape/plotly-{plotly.__version__}.min.js"
_YEAR_SECONDS = 31_536_000
_TYPE = "text/javascript"

_routes: list[Route] = []
_compressed: list[bytes] = []


def address() -> str | None:
    """Where a page finds the script; None where nothing serves it."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return (f"/{base}" if base else "") + _PATH if _routes else None


def route() -> Route:
    """The route that serves it."""
    _routes.append(Route(_PATH, _respond))
    return _routes[-1]


def compress() -> None:
    """Send it compressed from now on: half a second of work, too long before a first page."""
    _compressed.append(gzip.compress(_script(), compresslevel=6))


def _script() -> bytes:
    return files("plotly").joinpath("package_data/plotly.min.js").read_bytes()


def _respond(request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable",
        "Vary": "Accept-Encoding",
    }
    if _compressed and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_compressed[0], media_type=_TYPE, headers=headers)
    return Response(_script(), media_type=_TYPE, headers=headers)
