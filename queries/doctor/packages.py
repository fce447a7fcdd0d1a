"""Whether the installed packages are ones that Chatscape was made for."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from queries.doctor.findings import Finding

SHOWN = ("duckdb", "lancedb", "streamlit", "pyarrow")
AGAIN = "Install it as it was tried: pip install -c constraints.txt chatscape"


def packages() -> Iterator[Finding]:
    """Whether Python and what is asked for are there, in versions that fit."""
    try:
        asked = [Requirement(line) for line in requires("chatscape") or ()]
        python = metadata("chatscape")["Requires-Python"]
    except PackageNotFoundError:
        said = "Chatscape is not installed as a package, so versions cannot be compared."
        yield Finding("packages", "warning", said, "Install it with: pip install .")
        return
    problems = [*_python_problems(python), *(p for one in asked if (p := _problem(one)))]
    for problem in problems:
        yield Finding("packages", "fail", problem, AGAIN)
    if not problems:
        shown = ", ".join(f"{name} {version(name)}" for name in SHOWN)
        yield Finding("packages", "ok", f"Python {platform.python_version()}, {shown}.")


def _python_problems(wanted: str) -> Iterator[str]:
    found = platform.python_version()
    if not SpecifierSet(wanted).contains(found, prereleases=True):
        yield f"Python {found} is not {wanted}."


def _problem(asked: Requirement) -> str | None:
    """What is amiss with a package; one that an extra asks for may be missing, but not be other."""
    is_needed = asked.marker is None or asked.marker.evaluate({"extra": ""})
    extras = ("search", "openid")
    is_extra = not is_needed and any(
        asked.marker is not None and asked.marker.evaluate({"extra": extra}) for extra in extras
    )
    if not is_needed and not is_extra:
        return None
    try:
        found = version(asked.name)
    except PackageNotFoundError:
        return f"{asked.name} is not installed." if is_needed else None
    if asked.specifier.contains(found, prereleases=True):
        return None
    return f"{asked.name} {found} is not {asked.specifier}."
