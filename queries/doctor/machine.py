"""Whether this machine has room for the store: on its disk and in its memory."""

import shutil
from collections.abc import Iterator

from queries.doctor.findings import Finding
from queries.layout import StorePath
from queries.memory import GIGABYTE, container_limit_bytes, machine_bytes
from queries.settings import Settings

FREE_BYTES_MIN = 100_000_000
"""With less not even the log can be written for long."""

BESIDE_DUCKDB_GB = 2.0
"""What a process takes at most besides: search, its model, pages of readers."""


def disk(store: StorePath) -> Iterator[Finding]:
    """Whether a second copy of the live version fits beside it."""
    free = shutil.disk_usage(store.path).free
    files = store.current().path.rglob("*")
    size = sum(path.stat().st_size for path in files if path.is_file())
    said = f"{_shown(free)} are free beside a version of {_shown(size)}"
    if free < FREE_BYTES_MIN:
        advice = "Free some space: removals, exports and the licence cannot be noted for long."
        yield Finding("disk", "fail", f"The disk is full: {said}.", advice)
    elif free < size:
        advice = "Free as much as a version takes, before you purge, prepare or index."
        yield Finding("disk", "warning", f"There is no room for a second copy: {said}.", advice)
    else:
        yield Finding("disk", "ok", f"There is room for a second copy: {said}.")


def memory(settings: Settings) -> Iterator[Finding]:
    """Whether what DuckDB may take fits into the machine or the container."""
    limit, asked = machine_bytes() / GIGABYTE, settings.memory_gb
    where = "machine" if container_limit_bytes() is None else "container"
    said = f"DuckDB may take {asked:g} GB, the {where} has {limit:.1f} GB"
    advice = (
        "Set CHATSCAPE_MEMORY_GB to half of it, or give it more: the process takes up to "
        f"{BESIDE_DUCKDB_GB:g} GB besides."
    )
    if asked > limit:
        yield Finding("memory", "fail", f"{said}: the process will be killed.", advice)
    elif asked + BESIDE_DUCKDB_GB > limit:
        yield Finding("memory", "warning", f"{said}: that is tight.", advice)
    else:
        yield Finding("memory", "ok", f"{said}.")


def _shown(size: int) -> str:
    return f"{size / GIGABYTE:,.1f} GB" if size >= GIGABYTE else f"{size / 1e6:,.1f} MB"
