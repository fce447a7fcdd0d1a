"""The path below which the dashboard is served, where a proxy serves other things beside it."""

import streamlit as st


def base_path() -> str:
    """The path, e.g. ``/chat``; empty at the root of the host."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def is_below_base(path: str) -> bool:
    """Whether the path of a request is the base path, or below it."""
    base = base_path()
    return path == base or path.startswith(f"{base}/")


def without_base(path: str) -> str:
    """The path of a request as it would be at the root of the host."""
    return path.removeprefix(base_path()) if is_below_base(path) else path
