"""What a version says of itself: written when everything else is, and never changed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from queries import __version__
from queries.checksums import file_facts
from queries.layout import STORE_FORMAT, Version
from queries.oddities import ODDITIES
from queries.prepare.plan import PREPARE_VERSION, Plan
from queries.prepare.scatter import TABLES, Scattered
from queries.prepare.sources import Source


def manifest(
    version: Version,
    work: Plan,
    sources: Sequence[Source],
    scattered: Scattered,
    limit: int | None,
    seconds: float,
) -> dict[str, Any]:
    """The manifest of a version whose tables are complete."""
    files = _all_files(version)
    return {
        "format": STORE_FORMAT,
        "version": version.name,
        "fingerprint": work.fingerprint,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chatscape_version": __version__,
        "limit": limit,
        "sources": [source.as_json() for source in sources],
        "is_synthetic": bool(sources) and all(source.is_synthetic for source in sources),
        "redacted_is_derived": any(not source.has_redacted for source in sources),
        "dropped_columns": sorted({c for source in sources for c in source.dropped_columns}),
        "counts": _counts(files),
        "left_out_count": len(work.left_out),
        "oddities": _oddities(scattered, len(work.units)),
        "steps": {
            "prepare": {"prepare_version": PREPARE_VERSION, "last_run_seconds": round(seconds, 1)}
        },
        "files": files,
    }


def rest_manifest(
    version: Version, before: Mapping[str, Any], left_out_count: int, oddities: Mapping[str, int]
) -> dict[str, Any]:
    """The manifest of a version that is another one less some conversations.

    Args:
        version: whose tables are complete.
        before: the manifest of the other one.
        left_out_count: how many conversations it has less.
        oddities: how many of those have which oddity.
    """
    files = _all_files(version)
    left = {name: count - oddities.get(name, 0) for name, count in before["oddities"].items()}
    return {
        **before,
        "version": version.name,
        "fingerprint": version.fingerprint,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chatscape_version": __version__,
        "counts": _counts(files),
        "left_out_count": before.get("left_out_count", 0) + left_out_count,
        "oddities": {name: count for name, count in left.items() if count},
        "steps": {"prepare": before["steps"]["prepare"]},
        "files": files,
    }


def _all_files(version: Version) -> list[dict[str, Any]]:
    return [_file(version, path) for table in TABLES for path in _files(version, table)]


def _counts(files: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {
        table: sum(file["row_count"] for file in files if file["path"].startswith(f"{table}/"))
        for table in TABLES
    }


def _files(version: Version, table: str) -> list[Path]:
    return sorted(version.table(table).glob("*.parquet"))


def _file(version: Version, path: Path) -> dict[str, Any]:
    return file_facts(path, version.path) | {"row_count": pq.read_metadata(path).num_rows}


def _oddities(scattered: Scattered, units: int) -> dict[str, int]:
    counts = dict.fromkeys(ODDITIES, 0)
    for unit in range(units):
        found = scattered.summary(unit)["oddities"]
        if isinstance(found, dict):
            for name, count in found.items():
                counts[name] += count
    return {name: count for name, count in counts.items() if count}
