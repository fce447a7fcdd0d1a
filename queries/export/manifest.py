"""The manifest of an export: what it is of, so that it can be derived again and checked."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from queries import __version__
from queries.assets import asset, filled
from queries.checksums import file_sha256
from queries.errors import ManifestError, UsageError
from queries.export.formats import NOTES
from queries.export.plan import ExportPlan, plan_from
from queries.export.samples import Chosen
from queries.export.words import plan_words, shape_words
from queries.store import Store

MANIFEST_FORMAT = 1
"""Raised when older code can no longer read a new manifest."""

METADATA_KEY = b"chatscape"
"""Under which parquet files carry the manifest, less what is known only when they are written."""

_INDEX_FACTS = ("index_format", "fingerprint", "lancedb_version", "key", "model")


def said_before(store: Store, plan: ExportPlan, chosen: Chosen) -> dict[str, Any]:
    """What a manifest says before anything is written: the same for the same export."""
    said = {
        "manifest_format": MANIFEST_FORMAT,
        "chatscape_version": __version__,
        "words": plan_words(plan),
        "shape_words": shape_words(plan),
        "plan": plan.values(),
        "store": {
            "version": store.version.name,
            "fingerprint": store.version.fingerprint,
            "conversations": store.manifest["counts"]["conversations"] - len(store.removed_ranks),
            "is_synthetic": store.manifest["is_synthetic"],
            "sources": [source["sha256"] for source in store.manifest["sources"]],
        },
        "counts": {"conversations": chosen.count},
        "ids_sha256": chosen.ids_sha256,
        "notes": list(NOTES.get(plan.format, ())),
        "licence_notice": notice(),
    }
    if plan.has_text:
        facts = store.index_facts or {}
        said["index"] = {name: facts.get(name) for name in _INDEX_FACTS}
    return said


def notice() -> str:
    """What binds whoever has an export, on one line."""
    return " ".join(asset("texts/notice.md").read_text(encoding="utf-8").split())


def card(said: Mapping[str, Any], rows: int) -> str:
    """The README of a folder for `datasets`."""
    values = {
        "count": f"{said['counts']['conversations']:,}",
        "rows": f"{rows:,}",
        "version": said["chatscape_version"],
        # On a line of its own inside a block of code: whatever is in a filter stays text.
        "words": " ".join(said["words"].replace("`", "'").split()),
        "shape": said["shape_words"],
        "notice": said["licence_notice"],
    }
    return filled("export_card.md", values)


def whole_manifest(
    said: Mapping[str, Any], rows: int, left_out: Mapping[str, int], files: list[dict[str, Any]]
) -> dict[str, Any]:
    """The manifest of what was written, with the hash of itself."""
    manifest = {
        **said,
        "counts": {**said["counts"], "rows": rows, "left_out": dict(left_out)},
        "files": files,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return manifest | {"manifest_sha256": _own_sha256(manifest)}


def files_of(path: Path, name: str) -> list[dict[str, Any]]:
    """Each file of an export, under the name that it will have: its bytes and its hash."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    found = []
    for one in files:
        place = f"/{one.relative_to(path).as_posix()}" if path.is_dir() else ""
        facts = {"bytes": one.stat().st_size, "sha256": file_sha256(one)}
        found.append({"path": f"{name}{place}", **facts})
    return found


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest, as it was written.

    Raises:
        ManifestError: it is not there, is none, or was changed.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ManifestError(path, "it is not there.") from error
    except (OSError, ValueError) as error:
        raise ManifestError(path, "it cannot be read as JSON.") from error
    if not isinstance(manifest, dict) or "manifest_format" not in manifest:
        raise ManifestError(path, "it is no manifest of an export.")
    if manifest["manifest_format"] != MANIFEST_FORMAT:
        raise ManifestError(path, "it was written by another version of Chatscape.")
    if manifest.get("manifest_sha256") != _own_sha256(manifest):
        raise ManifestError(
            path, "it was changed after it was written; say what you want as options instead."
        )
    return manifest


def plan_of(path: Path, manifest: Mapping[str, Any]) -> ExportPlan:
    """The plan that a manifest says.

    Raises:
        ManifestError: it is one that this version of the code does not know.
    """
    try:
        return plan_from(manifest["plan"])
    except UsageError as error:
        raise ManifestError(path, str(error)) from error


def _own_sha256(manifest: Mapping[str, Any]) -> str:
    said = {name: value for name, value in manifest.items() if name != "manifest_sha256"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
