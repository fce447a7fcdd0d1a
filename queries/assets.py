"""Files that ship with the code: the sample, texts, the logo."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def asset(name: str) -> Traversable:
    """A file or folder of `assets`, by its relative path.

    An installed package has the folder inside `queries`, a checkout beside it.
    """
    installed = files("queries") / "assets"
    root = installed if installed.is_dir() else Path(__file__).parent.parent / "assets"
    return root / name


def fill_text(name: str, values: Mapping[str, object]) -> str:
    """A text of `assets/texts` with its `{fields}` filled in. Values are inserted as they are.

    Args:
        name: the name of its file.
        values: a value for every field, by name; unused values are ignored.
    """
    text = asset(f"texts/{name}").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda field: str(values[field[1]]), text)
