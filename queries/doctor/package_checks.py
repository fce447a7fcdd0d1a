"""Checks of the installed packages: their versions fit the requirements of Chatscape."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from queries.doctor.findings import Finding

REPORTED_PACKAGES = ("duckdb", "lancedb", "streamlit", "pyarrow")
INSTALL_ADVICE = "Install the tested versions with: pip install -c constraints.txt chatscape"


def check_packages() -> Iterator[Finding]:
    """Check that Python and the required packages are installed, in versions that fit."""
    try:
        requirements = [Requirement(line) for line in requires("chatscape") or ()]
        python = metadata("chatscape")["Requires-Python"]
    except PackageNotFoundError:
        finding = "Chatscape is not installed as a package, so versions cannot be compared."
        yield Finding("packages", "warning", finding, "Install it with: pip install .")
        return
    problems = [*_python_problems(python), *(p for r in requirements if (p := _problem(r)))]
    for problem in problems:
        yield Finding("packages", "fail", problem, INSTALL_ADVICE)
    if not problems:
        versions = ", ".join(f"{name} {version(name)}" for name in REPORTED_PACKAGES)
        yield Finding("packages", "ok", f"Python {platform.python_version()}, {versions}.")


def _python_problems(specifier: str) -> Iterator[str]:
    installed = platform.python_version()
    if not SpecifierSet(specifier).contains(installed, prereleases=True):
        yield f"Python {installed} is not {specifier}."


def _problem(requirement: Requirement) -> str | None:
    """What is wrong with a package. One of an extra may be missing, but not of a wrong version."""
    is_needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    extras = ("search", "openid")
    is_extra = not is_needed and any(
        requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
        for extra in extras
    )
    if not is_needed and not is_extra:
        return None
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is not installed." if is_needed else None
    if requirement.specifier.contains(installed, prereleases=True):
        return None
    return f"{requirement.name} {installed} is not {requirement.specifier}."
