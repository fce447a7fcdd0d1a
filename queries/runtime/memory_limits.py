"""Memory limits of this process and its container, and how much memory it uses."""

import os
import resource
import sys
from pathlib import Path

GIGABYTE = 1e9
"""Decimal, as DuckDB counts."""

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
OWN_PAGES = Path("/proc/self/statm")

SHARE_OF_CONTAINER = 0.5
"""The default share of a container's memory for DuckDB; the rest is for search and pages."""

_NO_LIMIT = 2**62
"""Version 1 of cgroups reports a number near 2**63 if there is no limit."""


def default_memory_gb(usual: float) -> float:
    """The default memory limit of DuckDB, in gigabytes.

    Args:
        usual: the limit outside a container, in gigabytes.
    """
    limit = container_limit_bytes()
    if limit is None:
        return usual
    return min(usual, round(limit * SHARE_OF_CONTAINER / GIGABYTE, 3))


def container_limit_bytes() -> int | None:
    """The memory limit of the container, in bytes.

    Returns:
        The lowest limit of the control groups of this process; None if they have none.
    """
    limits = [limit for path in _limit_files() if (limit := _limit(path)) is not None]
    return min(limits, default=None)


def machine_bytes() -> int:
    """The memory of the machine in bytes, or the limit of the container if that is lower."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = container_limit_bytes()
    return whole if limit is None else min(whole, limit)


def process_bytes() -> int:
    """The resident memory of this process in bytes; its peak if the current value is unknown."""
    try:
        resident = int(OWN_PAGES.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return resident * os.sysconf("SC_PAGE_SIZE")


def _limit_files() -> list[Path]:
    """The files that may hold a limit: those of the process's own group and of its ancestors.

    Inside a container, the own group is usually the root of the visible hierarchy.
    """
    files = [CGROUPS / "memory.max", CGROUPS / "memory" / "memory.limit_in_bytes"]
    try:
        lines = OWN_CGROUPS.read_text().splitlines()
    except OSError:
        return files
    for line in lines:
        _, controllers, group = line.split(":", 2)
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(1, len(parts) + 1):
            inside = Path(*parts[:depth])
            if not controllers:
                files.append(CGROUPS / inside / "memory.max")
            elif "memory" in controllers.split(","):
                files.append(CGROUPS / "memory" / inside / "memory.limit_in_bytes")
    return files


def _limit(path: Path) -> int | None:
    try:
        limit = int(path.read_text())
    except (OSError, ValueError):  # Version 2 writes `max` for no limit.
        return None
    return limit if 0 < limit < _NO_LIMIT else None
