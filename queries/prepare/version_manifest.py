"""The manifest of a version: written last, and never changed except to add an index."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from queries import __version__
from queries.datasets.adapter import DatasetAdapter
from queries.datasets.quality_report import ODDITIES
from queries.prepare.build_plan import PREPARE_VERSION, Plan
from queries.prepare.scatter import TABLES, ScatteredChunks
from queries.prepare.sources import Source
from queries.store.checksums import file_facts
from queries.store.layout import STORE_FORMAT, Version


def version_manifest(
    version: Version,
    plan: Plan,
    sources: Sequence[Source],
    dataset: DatasetAdapter,
    scattered: ScatteredChunks,
    limit: int | None,
    seconds: float,
) -> dict[str, Any]:
    """The manifest of a version whose tables are complete."""
    files = _all_files(version)
    return {
        "format": STORE_FORMAT,
        "version": version.name,
        "fingerprint": plan.fingerprint,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chatscape_version": __version__,
        "dataset": dataset.name,
        "limit": limit,
        "sources": [source.as_json() for source in sources],
        "is_synthetic": bool(sources) and all(source.is_synthetic for source in sources),
        "redacted_is_derived": any(not source.has_redacted for source in sources),
        "dropped_columns": sorted({c for source in sources for c in source.dropped_columns}),
        "missing_columns": sorted({c for source in sources for c in source.missing_columns}),
        "counts": _counts(files),
        "left_out_count": len(plan.left_out),
        "oddities": _oddities(scattered, len(plan.units)),
        "steps": {
            "prepare": {"prepare_version": PREPARE_VERSION, "last_run_seconds": round(seconds, 1)}
        },
        "files": files,
    }


def reduced_manifest(
    version: Version, before: Mapping[str, Any], left_out_count: int, oddities: Mapping[str, int]
) -> dict[str, Any]:
    """The manifest of a version that was rewritten without some conversations.

    Args:
        version: the new version, with complete tables.
        before: the manifest of the version it was rewritten from.
        left_out_count: number of conversations that were left out.
        oddities: how many of those have which oddity.
    """
    files = _all_files(version)
    remaining = {name: count - oddities.get(name, 0) for name, count in before["oddities"].items()}
    return {
        **before,
        "version": version.name,
        "fingerprint": version.fingerprint,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chatscape_version": __version__,
        "counts": _counts(files),
        "left_out_count": before.get("left_out_count", 0) + left_out_count,
        "oddities": {name: count for name, count in remaining.items() if count},
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


def _oddities(scattered: ScatteredChunks, units: int) -> dict[str, int]:
    counts = dict.fromkeys(ODDITIES, 0)
    for unit in range(units):
        of_unit = scattered.summary(unit)["oddities"]
        if isinstance(of_unit, dict):
            for name, count in of_unit.items():
                counts[name] += count
    return {name: count for name, count in counts.items() if count}
