"""Files that come with the code: the sample, texts, the logo."""

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
