"""Deriving an export again from its manifest, and what differs where that cannot be done."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import ManifestError
from queries.export.output import SUFFIX
from queries.export.samples import Chosen, conversation_ids
from queries.naming import first_named
from queries.removal.listed import ids_in_export
from queries.removal.register import removed
from queries.store import Store


def check_same(store: Store, path: Path, manifest: Mapping[str, Any], chosen: Chosen) -> None:
    """Refuse to derive an export again from a store that would give other conversations.

    Args:
        store: what it would be derived from.
        path: of the manifest.
        manifest: what was exported.
        chosen: what its plan means now.

    Raises:
        ManifestError: says exactly what differs.
    """
    if chosen.ids_sha256 == manifest["ids_sha256"]:
        return
    before = manifest["counts"]["conversations"]
    said = [f"it is of {before:,} conversations, and this store gives {chosen.count:,}"]
    if chosen.count == before:
        said = [f"this store gives as many conversations, {before:,}, but not the same"]
    theirs, ours = manifest["store"]["fingerprint"], store.version.fingerprint
    sources = [source["sha256"] for source in store.manifest["sources"]]
    same = "the same dataset" if manifest["store"]["sources"] == sources else "another dataset"
    said.append(f"its store was of {same} (fingerprint {theirs}, here {ours})")
    if count := _removed_since(store, manifest["created_at"]):
        said.append(f"{count:,} conversations were removed from this store since")
    raise ManifestError(path, "; ".join([*said, *_differing(store, path, chosen)]) + ".")


def _removed_since(store: Store, created_at: str) -> int:
    rows = removed(store.path)
    return int(pc.sum(pc.greater_equal(rows["removed_at"], created_at)).as_py() or 0)


def _differing(store: Store, path: Path, chosen: Chosen) -> Iterator[str]:
    """The first ids that are missing or new, where the export is beside the manifest."""
    out = path.with_name(path.name.removesuffix(SUFFIX))
    before = _exported_ids(out)
    if before is None:
        yield f"which ids differ could be said if {out.name} stood beside it, with its ids"
        return
    now = set(conversation_ids(store, chosen.ranks))
    for what, ids in (("missing here", before - now), ("new here", now - before)):
        if ids:
            yield f"{what}: {first_named(sorted(ids))}"


def _exported_ids(out: Path) -> set[str] | None:
    """The ids in an export; None where it is not there, or has none."""
    try:
        return set(ids_in_export(out))
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
