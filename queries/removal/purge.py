"""Rewrite a store without its removed conversations, verify that, and write a confirmation."""

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from queries.errors import PurgeError, UsageError
from queries.prepare.build import disk_full_errors
from queries.prepare.topics.carried_changes import carry_changes
from queries.removal.byte_patterns import BytePatterns, patterns_of
from queries.removal.confirmation import write_purge_confirmation
from queries.removal.open_files import processes_holding_deleted_files
from queries.removal.purge_journal import PurgeJournal, ids_in
from queries.removal.rewrite import rewrite_without
from queries.removal.verify import id_patterns, patterns_of_others, search_store
from queries.runtime.progress import Progress
from queries.state.audit_log import record_event
from queries.store.atomic_files import delete_path
from queries.store.checksums import ids_sha256
from queries.store.layout import StorePath, Version
from queries.store.tombstones import mark_purged, read_tombstones, removed_ids
from queries.store.write_lock import write_lock
from queries.text.first_few import first_named


def purge(store: StorePath, who: str, progress: Progress) -> Path:
    """Delete every byte of the removed conversations from a store.

    The new version is complete before anything is deleted, and open dashboards keep working. An
    interrupted purge resumes when it is called again.

    Args:
        store: a prepared store.
        who: the user, for the audit log and the confirmation.
        progress: shows the steps.

    Returns:
        The path of the confirmation.

    Raises:
        UsageError: no conversation was ever removed.
        PurgeError: removed texts or ids are still found somewhere in the folder; names the files.
        StoreMissingError: nothing has been prepared there.
        StoreBusyError: another process writes to this store.
        StoreFullError: the disk is full; nothing was deleted.
        TombstoneError: the list of removed conversations cannot be read.
    """
    store.current()
    with write_lock(store), disk_full_errors(store):
        ids = removed_ids(store)
        if not len(ids):
            raise UsageError("Nothing was removed from this store, so there is nothing to purge.")
        journal = PurgeJournal(store)
        # More conversations may have been removed since an interrupted purge searched the store.
        if journal.facts.get("searched_ids") != ids_sha256(ids.to_pylist()):
            _rewrite(journal, ids, who, progress)
            _search(journal, ids, progress)
        journal.delete_texts()
        path = write_purge_confirmation(store, _confirmed_facts(journal, ids))
        mark_purged(store, ids)
        journal.delete()
        return path


def _rewrite(journal: PurgeJournal, ids: pa.Array, who: str, progress: Progress) -> None:
    """Make a version without the conversations the live one, and delete all others."""
    store = journal.store
    if not journal.facts:
        record_event(store, who, "purged", f"{len(ids):,} conversations, begun", count=len(ids))
    journal.record(ids)
    if "begun_at" not in journal.facts:
        versions = [version.name for version in store.versions()]
        journal.update(begun_at=_now(), begun_by=who, versions=versions)
    live = store.current()
    _record_common_patterns(journal, live, ids, progress)
    present = ids_in(live, ids)
    if len(present):
        rewritten = rewrite_without(live, journal.staging, present, progress)
        version = store.version(rewritten.name)
        rewritten.path.rename(version.path)
        carry_changes(store, live, version, forgets=True)
        store.set_current(version)
    _delete_all_but(store.current(), store)
    shutil.rmtree(journal.staging.path, ignore_errors=True)


def _record_common_patterns(
    journal: PurgeJournal, live: Version, ids: pa.Array, progress: Progress
) -> None:
    """Record patterns that other conversations contain too: finding these proves nothing.

    That has to happen before the rewrite, while the live version still holds both.
    """
    patterns = BytePatterns(chain(_text_patterns(journal), id_patterns(ids)))
    common = patterns_of_others(live, patterns, ids, progress)
    journal.update(common=sorted(pattern.hex() for pattern in common))


def _text_patterns(journal: PurgeJournal) -> Iterator[bytes]:
    yield from (pattern for text in journal.texts for pattern in patterns_of(text))


def _delete_all_but(live: Version, store: StorePath) -> None:
    """Delete other versions, interrupted builds, and exports that a dashboard prepared."""
    for version in store.versions():
        if version != live:
            store.discard(version)
    store.empty_discarded()
    for path in _leftovers(store, live):
        delete_path(path)


def _leftovers(store: StorePath, live: Version) -> Iterator[Path]:
    unfinished = (store.path / "indexing", store.converted_path, live.path / "scatter")
    yield from (path for path in unfinished if path.exists())
    yield from sorted(store.path.rglob("*.partial"))
    if store.exports_path.is_dir():
        yield from store.exports_path.iterdir()


def _search(journal: PurgeJournal, ids: pa.Array, progress: Progress) -> None:
    """Search the rewritten store for the removed texts and ids, and record the result.

    Raises:
        PurgeError: some were found.
    """
    common = [bytes.fromhex(pattern) for pattern in journal.facts["common"]]
    text_patterns = BytePatterns(_text_patterns(journal)).without(common)
    distinctive_ids = BytePatterns(id_patterns(ids)).without(common)
    result = search_store(
        journal.store, text_patterns, distinctive_ids, ids, journal.path, progress
    )
    if result.traces:
        files = "1 file" if len(result.traces) == 1 else f"{len(result.traces):,} files"
        raise PurgeError(
            f"Removed texts or ids are still in {files} of {journal.store.path}: "
            f"{first_named(result.traces)}. Delete what does not belong to the store, and run "
            "chatscape purge again."
        )
    searched = asdict(result) | {"pieces": len(text_patterns.patterns)}
    del searched["traces"]
    short = sum(not any(patterns_of(text)) for text in journal.texts)
    journal.update(
        searched=searched | {"short_texts": short},
        searched_ids=ids_sha256(ids.to_pylist()),
        ended_at=_now(),
    )


def _confirmed_facts(journal: PurgeJournal, ids: pa.Array) -> dict[str, Any]:
    store, facts = journal.store, journal.facts
    hashes, purged = facts["hashes"], set(ids.to_pylist())
    return {
        "begun_at": facts["begun_at"],
        "ended_at": facts["ended_at"],
        "by": facts["begun_by"],
        "conversations": [
            {name: row[name] for name in ("conversation_id", "removed_at", "reason")}
            | {"sha256": hashes.get(row["conversation_id"])}
            for row in read_tombstones(store).to_pylist()
            if row["conversation_id"] in purged
            and (row["conversation_id"] in hashes or row["purged_at"] is None)
        ],
        "versions_deleted": [name for name in facts["versions"] if name != store.current_name()],
        "version": store.current_name(),
        "searched": facts["searched"],
        "held_open_by": processes_holding_deleted_files(store),
    }


def _now() -> str:
    """The time in milliseconds, because confirmations are named by it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
