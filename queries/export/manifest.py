"""The manifest of an export: what is needed to reproduce and to verify it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from queries import __version__
from queries.assets import fill_text
from queries.errors import ManifestError, UsageError
from queries.export.describe import plan_words, shape_words
from queries.export.formats import NOTES
from queries.export.plan import ExportPlan, plan_from
from queries.export.selection import SelectedIds
from queries.store.checksums import file_sha256
from queries.store.store import Store

MANIFEST_FORMAT = 1
"""Increased when older code can no longer read a new manifest."""

METADATA_KEY = b"chatscape"
"""The metadata key under which parquet files carry the manifest header."""

_INDEX_FACTS = ("index_format", "fingerprint", "lancedb_version", "key", "model")


def manifest_header(store: Store, plan: ExportPlan, selected: SelectedIds) -> dict[str, Any]:
    """The part of a manifest that is known before writing; equal for equal exports."""
    header = {
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
        "counts": {"conversations": selected.count},
        "ids_sha256": selected.ids_sha256,
        "notes": list(NOTES.get(plan.format, ())),
        "licence_notice": store.dataset.info.notice,
    }
    if plan.needs_index:
        facts = store.index_facts or {}
        header["index"] = {name: facts.get(name) for name in _INDEX_FACTS}
    return header


def dataset_card(header: Mapping[str, Any], rows: int) -> str:
    """The README of an export folder for the library `datasets`."""
    values = {
        "count": f"{header['counts']['conversations']:,}",
        "rows": f"{rows:,}",
        "version": header["chatscape_version"],
        # The card shows it in a code block, on one line, so that nothing in a filter is Markdown.
        "words": " ".join(header["words"].replace("`", "'").split()),
        "shape": header["shape_words"],
        "notice": header["licence_notice"],
    }
    return fill_text("export_card.md", values)


def finish_manifest(
    header: Mapping[str, Any],
    rows: int,
    left_out: Mapping[str, int],
    files: list[dict[str, Any]],
    sexual_minors: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The complete manifest of an export that was written, with its own hash."""
    manifest = {
        **header,
        **({} if sexual_minors is None else {"sexual_minors": dict(sexual_minors)}),
        "counts": {**header["counts"], "rows": rows, "left_out": dict(left_out)},
        "files": files,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return manifest | {"manifest_sha256": _own_sha256(manifest)}


def sexual_minors_facts(plan: ExportPlan, conversations: int, who: str) -> dict[str, Any] | None:
    """What a manifest says of texts flagged as sexual/minors; None if there are none.

    Args:
        plan: what is exported.
        conversations: the number of conversations with such texts.
        who: the user who exports them.
    """
    if not conversations:
        return None
    facts = {"conversations": conversations, "are_included": plan.includes_sexual_minors}
    return facts | ({"included_by": who} if plan.includes_sexual_minors else {})


def file_records(path: Path, name: str) -> list[dict[str, Any]]:
    """The path, size in bytes and SHA-256 of each file of an export.

    Args:
        path: the file or folder, under its temporary name.
        name: the name that it will have.
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    records = []
    for file in files:
        inside = f"/{file.relative_to(path).as_posix()}" if path.is_dir() else ""
        size, sha256 = file.stat().st_size, file_sha256(file)
        records.append({"path": f"{name}{inside}", "bytes": size, "sha256": sha256})
    return records


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and verify a manifest.

    Raises:
        ManifestError: the file is missing, is not a manifest, or was changed.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ManifestError(path, "the file does not exist.") from error
    except (OSError, ValueError) as error:
        raise ManifestError(path, "it cannot be read as JSON.") from error
    if not isinstance(manifest, dict) or "manifest_format" not in manifest:
        raise ManifestError(path, "it is not the manifest of an export.")
    if manifest["manifest_format"] != MANIFEST_FORMAT:
        raise ManifestError(path, "it was written by another version of Chatscape.")
    if manifest.get("manifest_sha256") != _own_sha256(manifest):
        raise ManifestError(
            path, "it was changed after it was written; use the options of the command instead."
        )
    return manifest


def plan_of(path: Path, manifest: Mapping[str, Any]) -> ExportPlan:
    """The plan in a manifest.

    Raises:
        ManifestError: this version of Chatscape cannot read the plan.
    """
    try:
        return plan_from(manifest["plan"])
    except UsageError as error:
        raise ManifestError(path, str(error)) from error


def _own_sha256(manifest: Mapping[str, Any]) -> str:
    values = {name: value for name, value in manifest.items() if name != "manifest_sha256"}
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
