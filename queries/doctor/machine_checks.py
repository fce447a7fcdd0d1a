"""Checks of the machine: free disk space and memory."""

import shutil
from collections.abc import Iterator

from queries.doctor.findings import Finding
from queries.runtime.memory_limits import GIGABYTE, container_limit_bytes, machine_bytes
from queries.settings import Settings
from queries.store.layout import StorePath

FREE_BYTES_MIN = 100_000_000
"""With less free space, even the audit log will soon fail."""

BESIDE_DUCKDB_GB = 2.0
"""The most that a process uses besides DuckDB: search, its model, the pages of readers."""


def check_disk(store: StorePath) -> Iterator[Finding]:
    """Check that a second copy of the live version fits on the disk."""
    free = shutil.disk_usage(store.path).free
    files = store.current().path.rglob("*")
    size = sum(path.stat().st_size for path in files if path.is_file())
    space = f"{_size(free)} are free, the version takes {_size(size)}"
    if free < FREE_BYTES_MIN:
        advice = (
            "Free some space: soon no removal, export or acceptance of the licence can be recorded."
        )
        yield Finding("disk", "fail", f"The disk is full: {space}.", advice)
    elif free < size:
        advice = "Free the size of a version before you purge, prepare or index."
        yield Finding("disk", "warning", f"There is no room for a second copy: {space}.", advice)
    else:
        yield Finding("disk", "ok", f"There is room for a second copy: {space}.")


def check_memory(settings: Settings) -> Iterator[Finding]:
    """Check that the memory limit of DuckDB fits the machine or the container."""
    available, limit = machine_bytes() / GIGABYTE, settings.memory_gb
    where = "machine" if container_limit_bytes() is None else "container"
    sizes = f"DuckDB may use {limit:g} GB, the {where} has {available:.1f} GB"
    advice = (
        f"Set CHATSCAPE_MEMORY_GB to half of that, or add memory: the process uses up to "
        f"{BESIDE_DUCKDB_GB:g} GB besides."
    )
    if limit > available:
        yield Finding("memory", "fail", f"{sizes}: the process will be killed.", advice)
    elif limit + BESIDE_DUCKDB_GB > available:
        yield Finding("memory", "warning", f"{sizes}: that is tight.", advice)
    else:
        yield Finding("memory", "ok", f"{sizes}.")


def _size(size: int) -> str:
    return f"{size / GIGABYTE:,.1f} GB" if size >= GIGABYTE else f"{size / 1e6:,.1f} MB"
