"""Checks of the licence, removals, purges, the audit log, and leftovers of killed builds."""

import fcntl
from collections.abc import Iterator

from queries.doctor.findings import Finding, quantity
from queries.errors import DataError, UsageError
from queries.removal.purge_journal import PurgeJournal
from queries.state.database import open_state
from queries.state.engines import StateError
from queries.state.licence import is_acceptance_needed
from queries.store.layout import StorePath
from queries.store.tombstones import read_tombstones


def check_licence(store: StorePath) -> Iterator[Finding]:
    """Check that the licence of the data was accepted."""
    live = store.current()
    if live.manifest()["is_synthetic"]:
        yield Finding("licence", "ok", "The data is synthetic and needs no licence.")
        return
    try:
        is_needed = is_acceptance_needed(store, live)
    except (DataError, OSError, ValueError, KeyError, TypeError):
        advice = "Accept it again with: chatscape accept-licence"
        yield Finding("licence", "fail", "The acceptance of the licence cannot be read.", advice)
        return
    if is_needed:
        advice = "Accept it on the first page or with: chatscape accept-licence"
        yield Finding("licence", "warning", "The licence of the data is not accepted.", advice)
    else:
        yield Finding("licence", "ok", "The licence of the data was accepted.")


def check_tombstones(store: StorePath) -> Iterator[Finding]:
    """Check that the tombstones can be read, and count those that wait for a purge."""
    try:
        rows = read_tombstones(store)
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        yield Finding("register", "fail", f"{finding}.", advice)
        return
    waiting = rows["purged_at"].null_count
    if waiting:
        finding = f"{quantity(waiting, 'removed conversation')} of {rows.num_rows:,} await a purge."
        advice = "Their data is still in the store; delete it with: chatscape purge"
        yield Finding("register", "warning", finding, advice)
    else:
        yield Finding(
            "register",
            "ok",
            f"{rows.num_rows:,} conversations were removed, and none awaits a purge.",
        )


def check_state(store: StorePath) -> Iterator[Finding]:
    """Check that the state database can be written."""
    try:
        database = open_state(store)
        database.check()
    except UsageError:
        return  # Another setting is invalid, which another check reports.
    except StateError as error:
        yield Finding(
            "state",
            "fail",
            "Nothing can be recorded, so nobody can accept the licence, remove, export or unmask: "
            f"{error}",
            "Let the user who runs Chatscape write there, or correct CHATSCAPE_STATE.",
        )
    else:
        yield Finding("state", "ok", f"Events can be recorded in {database.place}.")


def check_purges(store: StorePath) -> Iterator[Finding]:
    """Check that no purge was interrupted."""
    if PurgeJournal(store).path.exists():
        advice = "Complete it with: chatscape purge"
        yield Finding("purge", "warning", "A purge was interrupted.", advice)
    else:
        yield Finding("purge", "ok", "No purge was interrupted.")


def check_leftovers(store: StorePath) -> Iterator[Finding]:
    """Check for files that killed builds left behind."""
    if _is_being_written(store):
        yield Finding("leftovers", "ok", "The store is being written to right now.")
        return
    names = list(_leftovers(store))
    for name in names:
        yield Finding(
            "leftovers",
            "warning",
            f"{name} was left behind by a build that was interrupted.",
            "Run the same command again: it resumes, and deletes this.",
        )
    if not names:
        yield Finding("leftovers", "ok", "No build left anything behind.")


def _leftovers(store: StorePath) -> Iterator[str]:
    for version in store.versions():
        if not version.is_complete:
            yield f"versions/{version.name}"
        elif (version.path / "scatter").exists():
            yield f"versions/{version.name}/scatter"
    for name in ("indexing", "converted", "discarded"):
        folder = store.path / name
        if folder.is_dir() and any(folder.iterdir()):
            yield name
    for path in sorted(store.path.rglob("*.partial")):
        inside = path.relative_to(store.path)
        if inside.parts[0] not in ("versions", "indexing", "converted", "discarded", "purging"):
            yield inside.as_posix()


def _is_being_written(store: StorePath) -> bool:
    """Whether a build or a purge holds the write lock; checked without taking it."""
    try:
        with (store.path / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
