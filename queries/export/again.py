"""Deriving an export again from its manifest, and what differs where that cannot be done."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from queries.errors import ManifestError
from queries.export.output import SUFFIX
from queries.export.samples import Chosen, conversation_ids
from queries.store import Store

_ID = "conversation_id"

NAMED_MAX = 3
"""So many ids are named where sets of them differ."""


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
    same = "the same dataset" if theirs == ours else "another dataset"
    said.append(f"its store was of {same} (fingerprint {theirs}, here {ours})")
    raise ManifestError(path, "; ".join([*said, *_differing(store, path, chosen)]) + ".")


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
            more = f" and {len(ids) - NAMED_MAX:,} more" if len(ids) > NAMED_MAX else ""
            yield f"{what}: {', '.join(sorted(ids)[:NAMED_MAX])}{more}"


def _exported_ids(out: Path) -> set[str] | None:
    """The ids in an export; None where it is not there, or has none."""
    try:
        if out.is_dir() or out.suffix == ".parquet":
            files = sorted(out.glob("data/*.parquet")) if out.is_dir() else [out]
            return {one for f in files for one in pq.read_table(f, columns=[_ID])[_ID].to_pylist()}
        with pa.input_stream(out) as stream:
            if ".csv" in out.suffixes:
                parse = pa.csv.ParseOptions(newlines_in_values=True)
                return set(pa.csv.read_csv(stream, parse_options=parse)[_ID].to_pylist())
            return {orjson.loads(line)[_ID] for line in io.BufferedReader(stream)}
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
