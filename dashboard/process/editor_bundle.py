"""The script of the SQL editor for the browser, which is carried as a built file, and its URL."""

import gzip
import hashlib
from functools import cache

from dashboard.process.base_path import base_path
from queries.assets import asset

_served_paths: set[str] = set()


@cache
def editor_script() -> bytes:
    """The script, as it was built: see ``assets/codemirror/README.md``."""
    return asset("codemirror/codemirror.min.js").read_bytes()


@cache
def gzipped_editor_script() -> bytes:
    """The script, compressed once. It takes 20 ms."""
    return gzip.compress(editor_script(), compresslevel=6)


def editor_script_path() -> str:
    """Path of the script. It names its content, so browsers may cache it for ever."""
    return f"/chatscape/codemirror-{hashlib.sha256(editor_script()).hexdigest()[:12]}.js"


def mark_editor_as_served() -> None:
    """Record that this server has a route for the script; a plain ``streamlit run`` has none."""
    _served_paths.add(editor_script_path())


def editor_script_url() -> str | None:
    """The URL of the script, relative to the host; None where no route serves it."""
    return base_path() + editor_script_path() if _served_paths else None
