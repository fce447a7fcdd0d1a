"""Components of our own: a script and a style sheet beside the function that mounts them."""

from importlib.resources import files
from typing import Any

import streamlit as st


def registered(name: str, *, isolate_styles: bool = True) -> Any:  # noqa: ANN401
    """The component whose files are ``<name>.js`` and ``<name>.css`` in this folder.

    Text from the data reaches it as data, and its script writes it with ``textContent`` only.
    """
    folder = files("dashboard.components")
    return st.components.v2.component(
        f"chatscape_{name}",
        css=folder.joinpath(f"{name}.css").read_text(encoding="utf-8"),
        js=folder.joinpath(f"{name}.js").read_text(encoding="utf-8"),
        isolate_styles=isolate_styles,
    )
