"""Writes requirements-image.txt: what the image installs, with the hashes of all its files.

Run it with ``make lock`` after a change of pyproject.toml or constraints.txt. PyTorch and what only
its GPU builds need are left out: they come from PyTorch's own site, whose files have other hashes
than those of the package index, one set for each build.
"""

import re
import subprocess
import sys

from tests.support.paths import ROOT

FILE = ROOT / "requirements-image.txt"

HEADER = """\
# What the image installs but for PyTorch, with the SHA-256 of every file. Made by `make lock`.
"""

_OF_PYTORCH = re.compile(r"(torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==")

_COMMAND = (
    *("pip", "compile", "--quiet", "--generate-hashes", "--no-annotate", "--no-header"),
    *("--python-version", "3.11", "--constraints", "constraints.txt", "pyproject.toml"),
    *("--extra", "search", "--extra", "openid"),
)


def main(uv: str) -> None:
    """Write the file with a program `uv`."""
    text = subprocess.check_output([uv, *_COMMAND], text=True, cwd=ROOT)
    blocks = re.split(r"\n(?=\S)", text.strip())
    FILE.write_text(
        HEADER + "".join(f"{block}\n" for block in blocks if not _OF_PYTORCH.match(block))
    )


if __name__ == "__main__":
    main(sys.argv[1])
