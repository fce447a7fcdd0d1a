"""Components of our own: a script and a style sheet beside the function that mounts them."""

from importlib.resources import files
from typing import Any

import streamlit as st

_SHARED = "elements"


def registered(name: str, *parts: str, isolate_styles: bool = True) -> Any:  # noqa: ANN401
    """The component whose files are ``<name>.js`` and ``<name>.css`` in this folder.

    Text from the data reaches it as data, and its script writes it with ``textContent`` only.

    Args:
        name: of the component.
        parts: names of files that stand before its own, for what several components draw.
        isolate_styles: keep its styles to itself.
    """
    return st.components.v2.component(
        f"chatscape_{name}",
        css="\n".join(_text(f"{part}.css") for part in (*parts, name)),
        js="\n".join(_text(f"{part}.js") for part in (_SHARED, *parts, name)),
        isolate_styles=isolate_styles,
    )


def _text(file: str) -> str:
    return files("dashboard.components").joinpath(file).read_text(encoding="utf-8")
