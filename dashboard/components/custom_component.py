"""Custom components: a script and a style sheet next to the module that mounts them."""

from importlib.resources import files
from typing import Any

import streamlit as st

_SHARED = ("dashboard.components", "elements")


def custom_component(module: str, *parts: str, isolate_styles: bool = True) -> Any:  # noqa: ANN401
    """Register the component of ``<module>.js`` and ``<module>.css``, if there is one.

    Text from the dataset is passed as data, and scripts write it with ``textContent`` only.
    Every script follows ``elements.js``, and isolated styles follow ``elements.css``.

    Args:
        module: dotted name of the module that the files stand next to, such as ``__name__``.
        parts: names of further files in that folder, to load before these two.
        isolate_styles: whether its styles apply inside the component only.
    """
    package, _, name = module.rpartition(".")
    sources = (_SHARED, *((package, part) for part in (*parts, name)))
    return st.components.v2.component(
        f"chatscape_{module.removeprefix('dashboard.').replace('.', '_')}",
        css="\n".join(
            _text(*file, ".css") for file in sources if isolate_styles or file != _SHARED
        ),
        js="\n".join(_text(*file, ".js") for file in sources),
        isolate_styles=isolate_styles,
    )


def _text(package: str, name: str, suffix: str) -> str:
    path = files(package).joinpath(f"{name}{suffix}")
    return path.read_text(encoding="utf-8") if path.is_file() else ""
