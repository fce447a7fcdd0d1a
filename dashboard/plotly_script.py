"""Plotly's script for the browser: the one that comes with the Python package, served by us."""

import gzip
from functools import cache
from importlib.resources import files

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PATH = f"/chatscape/plotly-{plotly.__version__}.min.js"
_YEAR_SECONDS = 31_536_000

_routes: list[Route] = []


def address() -> str | None:
    """Where a page finds the script; None where nothing serves it."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return (f"/{base}" if base else "") + _PATH if _routes else None


def route() -> Route:
    """The route that serves it."""
    _routes.append(Route(_PATH, _respond))
    return _routes[-1]


def make_ready() -> None:
    """Compress the script now: that takes half a second."""
    _compressed()


@cache
def _compressed() -> bytes:
    script = files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    return gzip.compress(script, compresslevel=6)


def _respond(request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable",
        "Vary": "Accept-Encoding",
    }
    body = _compressed()
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, media_type="text/javascript", headers=headers)
