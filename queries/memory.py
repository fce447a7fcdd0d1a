"""How much memory this process may take, and how much it takes."""

import os
import resource
import sys
from pathlib import Path

GIGABYTE = 1e9
"""As DuckDB counts them."""

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
OWN_PAGES = Path("/proc/self/statm")

SHARE_OF_CONTAINER = 0.5
"""Of a container DuckDB takes so much at most, unless told: the rest is for search and pages."""

_NO_LIMIT = 2**62
"""Cgroups of version 1 say a number near 2**63 where there is no limit."""


def usual_memory_gb(usual: float) -> float:
    """What DuckDB may take unless somebody says otherwise, in gigabytes.

    Args:
        usual: outside of containers.
    """
    limit = container_limit_bytes()
    if limit is None:
        return usual
    return min(usual, round(limit * SHARE_OF_CONTAINER / GIGABYTE, 3))


def container_limit_bytes() -> int | None:
    """The memory that the container, or whatever else holds this process, may take.

    Returns:
        The least limit of the control groups that it is in; None where there is none.
    """
    limits = [limit for path in _limit_files() if (limit := _limit(path)) is not None]
    return min(limits, default=None)


def machine_bytes() -> int:
    """The memory of the machine, or of the container where that is less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = container_limit_bytes()
    return whole if limit is None else min(whole, limit)


def process_bytes() -> int:
    """What this process holds in memory now; where the system does not say, what it ever held."""
    try:
        resident = int(OWN_PAGES.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return resident * os.sysconf("SC_PAGE_SIZE")


def _limit_files() -> list[Path]:
    """Where a limit may stand: that of the own group, and of each one that it is in.

    Within a container the own group is usually the root of what can be seen.
    """
    found = [CGROUPS / "memory.max", CGROUPS / "memory" / "memory.limit_in_bytes"]
    try:
        lines = OWN_CGROUPS.read_text().splitlines()
    except OSError:
        return found
    for line in lines:
        _, controllers, group = line.split(":", 2)
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(1, len(parts) + 1):
            inside = Path(*parts[:depth])
            if not controllers:
                found.append(CGROUPS / inside / "memory.max")
            elif "memory" in controllers.split(","):
                found.append(CGROUPS / "memory" / inside / "memory.limit_in_bytes")
    return found


def _limit(path: Path) -> int | None:
    try:
        said = int(path.read_text())
    except (OSError, ValueError):  # Version 2 says `max`.
        return None
    return said if 0 < said < _NO_LIMIT else None
