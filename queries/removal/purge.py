"""Taking removed conversations out of every byte of a store, and confirming that in writing."""

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from queries.access_log import note
from queries.errors import PurgeError, UsageError
from queries.export.output import prepared_folder
from queries.layout import StorePath, Version, delete
from queries.naming import first_named
from queries.prepare.build import full_disk_said
from queries.prepare.lock import sole_writer
from queries.prepare.plan import ids_sha256
from queries.progress import Progress
from queries.removal.confirmation import confirm
from queries.removal.evidence import Purging, ids_in
from queries.removal.holders import holders
from queries.removal.register import mark_purged, removed, removed_ids
from queries.removal.rest import build_rest
from queries.removal.traces import Traces, pieces_of
from queries.removal.verify import id_pieces, said_elsewhere, search_store


def purge(store: StorePath, who: str, progress: Progress) -> Path:
    """Rewrite a store without the conversations that were removed from it.

    The new version is complete before anything is deleted; whoever has the store open goes on. One
    that was cut off goes on where it was when it is called again.

    Args:
        store: a prepared store.
        who: a person, for the log and the confirmation.
        progress: shows the steps.

    Returns:
        The confirmation.

    Raises:
        UsageError: nothing was ever removed.
        PurgeError: what was removed is still found somewhere in the folder; says where.
        StoreMissingError: nothing has been prepared there.
        StoreBusyError: somebody else writes to this store.
        StoreFullError: the disk is full; nothing was deleted.
        RegisterError: what was removed cannot be told.
    """
    store.current()
    with sole_writer(store), full_disk_said(store):
        ids = removed_ids(store)
        if not len(ids):
            raise UsageError("Nothing was removed from this store, so there is nothing to purge.")
        purging = Purging(store)
        # More may have been removed since one that was cut off.
        if purging.facts.get("searched_ids") != ids_sha256(ids.to_pylist()):
            _rewrite(purging, ids, who, progress)
            _search(purging, ids, progress)
        purging.forget_texts()
        path = confirm(store, _said(purging, ids))
        mark_purged(store, ids)
        purging.end()
        return path


def _rewrite(purging: Purging, ids: pa.Array, who: str, progress: Progress) -> None:
    """Make a version without the conversations the live one, and delete whatever is beside it."""
    store = purging.store
    if not purging.facts:
        note(store, who, "purged", f"{len(ids):,} conversations, begun", count=len(ids))
    purging.gather(ids)
    if "begun_at" not in purging.facts:
        purging.say(
            begun_at=_now(), begun_by=who, versions=[version.name for version in store.versions()]
        )
    live = store.current()
    _know_what_is_said_elsewhere(purging, live, ids, progress)
    present = ids_in(live, ids)
    if len(present):
        rest = build_rest(live, purging.rest, present, progress)
        version = store.version(rest.name)
        rest.path.rename(version.path)
        store.set_current(version)
    _delete_all_but(store.current(), store)
    shutil.rmtree(purging.rest.path, ignore_errors=True)


def _know_what_is_said_elsewhere(
    purging: Purging, live: Version, ids: pa.Array, progress: Progress
) -> None:
    """Find what others said as well, while the live version still tells them apart."""
    pieces = Traces(chain(_text_pieces(purging), id_pieces(ids)))
    common = said_elsewhere(live, pieces, ids, progress)
    purging.say(common=sorted(piece.hex() for piece in common))


def _text_pieces(purging: Purging) -> Iterator[bytes]:
    yield from (piece for text in purging.texts for piece in pieces_of(text))


def _delete_all_but(live: Version, store: StorePath) -> None:
    """Delete older versions, half-built ones, and what was prepared of them."""
    for version in store.versions():
        if version != live:
            store.discard(version)
    store.empty_discarded()
    for path in _leftovers(store, live):
        delete(path)


def _leftovers(store: StorePath, live: Version) -> Iterator[Path]:
    yield from (path for path in (store.path / "indexing", live.path / "scatter") if path.exists())
    yield from sorted(store.path.rglob("*.partial"))
    if prepared_folder(store.path).is_dir():
        yield from prepared_folder(store.path).iterdir()


def _search(purging: Purging, ids: pa.Array, progress: Progress) -> None:
    """Search what is left.

    Raises:
        PurgeError: something was found.
    """
    common = [bytes.fromhex(piece) for piece in purging.facts["common"]]
    texts = Traces(_text_pieces(purging)).without(common)
    of_ids = Traces(id_pieces(ids)).without(common)
    found = search_store(purging.store, texts, of_ids, ids, purging.path, progress)
    if found.traces:
        raise PurgeError(
            f"What was removed is still in {len(found.traces):,} places of {purging.store.path}: "
            f"{first_named(found.traces)}. Delete what does not belong to the store, and run "
            "chatscape purge again."
        )
    searched = asdict(found) | {"pieces": len(texts.pieces)}
    del searched["traces"]
    short = sum(not any(pieces_of(text)) for text in purging.texts)
    purging.say(
        searched=searched | {"short_texts": short},
        searched_ids=ids_sha256(ids.to_pylist()),
        ended_at=_now(),
    )


def _said(purging: Purging, ids: pa.Array) -> dict[str, Any]:
    """What is confirmed."""
    store, facts = purging.store, purging.facts
    hashes, purged = facts["hashes"], set(ids.to_pylist())
    return {
        "begun_at": facts["begun_at"],
        "ended_at": facts["ended_at"],
        "by": facts["begun_by"],
        "conversations": [
            {name: row[name] for name in ("conversation_id", "removed_at", "reason")}
            | {"sha256": hashes.get(row["conversation_id"])}
            for row in removed(store).to_pylist()
            if row["conversation_id"] in purged
            and (row["conversation_id"] in hashes or row["purged_at"] is None)
        ],
        "versions_deleted": [name for name in facts["versions"] if name != store.current_name()],
        "version": store.current_name(),
        "searched": facts["searched"],
        "held_open_by": holders(store),
    }


def _now() -> str:
    """The time, fine enough that confirmations are named after it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
