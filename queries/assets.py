"""Files that come with the code: the sample, texts, the logo."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def asset(name: str) -> Traversable:
    """A file or folder of `assets`, by its path there.

    An installed package carries them inside `queries`; a checkout has them beside it.
    """
    installed = files("queries") / "assets"
    root = installed if installed.is_dir() else Path(__file__).parent.parent / "assets"
    return root / name


def filled(name: str, values: Mapping[str, object]) -> str:
    """A text of `assets/texts`, with a value for each `{field}` in it; what is in a value stays so.

    Args:
        name: of its file.
        values: of every field, by its name; others are left out.
    """
    text = asset(f"texts/{name}").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda field: str(values[field[1]]), text)
