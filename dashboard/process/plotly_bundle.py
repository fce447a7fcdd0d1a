"""The Plotly script for the browser, taken from the installed Python package, and its URL."""

import gzip
from importlib.resources import files

import plotly

from dashboard.process.base_path import base_path

SCRIPT_PATH = f"/chatscape/plotly-{plotly.__version__}.min.js"
"""Path of the script. It names the version, so browsers may cache it for ever."""

_served_paths: set[str] = set()
_compressed: list[bytes] = []


def mark_as_served() -> None:
    """Record that this server has a route for the script; a plain ``streamlit run`` has none."""
    _served_paths.add(SCRIPT_PATH)


def script_url() -> str | None:
    """The URL of the script, relative to the host; None where no route serves it."""
    return base_path() + SCRIPT_PATH if _served_paths else None


def compress() -> None:
    """Compress the script once. It takes half a second, so not before the first page."""
    _compressed[:] = [gzip.compress(script_bytes(), compresslevel=6)]


def gzipped_script() -> bytes | None:
    """The compressed script; None until `compress` has run."""
    return _compressed[0] if _compressed else None


def script_bytes() -> bytes:
    """The script from the installed Plotly package."""
    return files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
