"""Checks that an export can be reproduced from its manifest, and says what differs if not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import ManifestError
from queries.export.atomic_output import MANIFEST_SUFFIX
from queries.export.id_lists import ids_in_export
from queries.export.selection import SelectedIds, conversation_ids
from queries.store.store import Store
from queries.store.tombstones import read_tombstones
from queries.text.first_few import first_named


def verify_same_selection(
    store: Store, path: Path, manifest: Mapping[str, Any], selected: SelectedIds
) -> None:
    """Check that a store still gives the conversations of an export.

    Args:
        store: the store to reproduce the export from.
        path: the path of the manifest.
        manifest: the manifest of the export.
        selected: the conversations that its plan selects now.

    Raises:
        ManifestError: they differ; the message says in what.
    """
    if selected.ids_sha256 == manifest["ids_sha256"]:
        return
    before = manifest["counts"]["conversations"]
    reasons = [f"it has {before:,} conversations, and this store gives {selected.count:,}"]
    if selected.count == before:
        reasons = [f"this store also gives {before:,} conversations, but not the same ones"]
    theirs, ours = manifest["store"]["fingerprint"], store.version.fingerprint
    sources = [source["sha256"] for source in store.manifest["sources"]]
    same = "the same dataset" if manifest["store"]["sources"] == sources else "another dataset"
    reasons.append(f"its store had {same} (fingerprint {theirs}, here {ours})")
    if count := _removed_since(store, manifest["created_at"]):
        reasons.append(f"{count:,} conversations were removed from this store since then")
    raise ManifestError(path, "; ".join([*reasons, *_differing_ids(store, path, selected)]) + ".")


def _removed_since(store: Store, created_at: str) -> int:
    rows = read_tombstones(store.path)
    return int(pc.sum(pc.greater_equal(rows["removed_at"], created_at)).as_py() or 0)


def _differing_ids(store: Store, path: Path, selected: SelectedIds) -> Iterator[str]:
    """The first missing and new ids, if the export lies beside the manifest."""
    out = path.with_name(path.name.removesuffix(MANIFEST_SUFFIX))
    before = _exported_ids(out)
    if before is None:
        yield f"put {out.name}, with its ids, beside the manifest to see which ids differ"
        return
    now = set(conversation_ids(store, selected.ranks))
    for what, ids in (("missing here", before - now), ("new here", now - before)):
        if ids:
            yield f"{what}: {first_named(sorted(ids))}"


def _exported_ids(out: Path) -> set[str] | None:
    """The ids in an export; None if it is missing or holds no ids."""
    try:
        return set(ids_in_export(out))
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
