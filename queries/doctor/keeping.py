"""What people keep in a store: the licence, removals, purges, the log; and what was left behind."""

import fcntl
from collections.abc import Iterator

from queries.databases import StateError
from queries.doctor.findings import Finding, count
from queries.errors import DataError, UsageError
from queries.layout import StorePath
from queries.licence import is_acceptance_needed
from queries.removal.evidence import Purging
from queries.removal.register import removed
from queries.state import state_of


def licence(store: StorePath) -> Iterator[Finding]:
    """Whether the licence of the data was accepted."""
    live = store.current()
    if live.manifest()["is_synthetic"]:
        yield Finding("licence", "ok", "The data is synthetic and needs no licence.")
        return
    try:
        is_needed = is_acceptance_needed(store, live)
    except (DataError, OSError, ValueError, KeyError, TypeError):
        advice = "Accept it again with: chatscape accept-licence"
        yield Finding("licence", "fail", "Whether it was accepted cannot be read.", advice)
        return
    if is_needed:
        advice = "Accept it on the first page, or with: chatscape accept-licence"
        yield Finding("licence", "warning", "The licence of the data is not accepted.", advice)
    else:
        yield Finding("licence", "ok", "The licence of the data was accepted.")


def register(store: StorePath) -> Iterator[Finding]:
    """Whether the register of removed conversations can be read, and who waits for a purge."""
    try:
        rows = removed(store)
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        yield Finding("register", "fail", f"{finding}.", advice)
        return
    waiting = rows["purged_at"].null_count
    if waiting:
        said = f"{count(waiting, 'conversation')} of {rows.num_rows:,} removed wait for a purge."
        advice = "Their bytes are still in the store; delete them with: chatscape purge"
        yield Finding("register", "warning", said, advice)
    else:
        yield Finding("register", "ok", f"{rows.num_rows:,} were removed, and none waits.")


def state(store: StorePath) -> Iterator[Finding]:
    """Whether what people write can be kept."""
    try:
        found = state_of(store)
        found.check()
    except UsageError:
        return  # Of another setting, which is a finding of its own.
    except StateError as error:
        yield Finding(
            "state",
            "fail",
            "Nothing can be noted, so no licence is accepted, and nothing removed, exported or "
            f"unmasked: {error}",
            "Give whoever runs Chatscape the right to write there, or mend CHATSCAPE_STATE.",
        )
    else:
        yield Finding("state", "ok", f"What people do can be noted in {found.place}.")


def purges(store: StorePath) -> Iterator[Finding]:
    """Whether a purge was cut off."""
    if Purging(store).path.exists():
        advice = "Bring it to its end with: chatscape purge"
        yield Finding("purge", "warning", "A purge has not come to its end.", advice)
    else:
        yield Finding("purge", "ok", "No purge is under way.")


def leftovers(store: StorePath) -> Iterator[Finding]:
    """What builds left behind that were killed."""
    if _is_being_written(store):
        yield Finding("leftovers", "ok", "Somebody is writing to the store just now.")
        return
    left = list(_left(store))
    for name in left:
        yield Finding(
            "leftovers",
            "warning",
            f"{name} was left behind by a build that was cut off.",
            "Run the same command again: it goes on where it was, and clears this up.",
        )
    if not left:
        yield Finding("leftovers", "ok", "Nothing was left behind by a killed build.")


def _left(store: StorePath) -> Iterator[str]:
    for version in store.versions():
        if not version.is_complete:
            yield f"versions/{version.name}"
        elif (version.path / "scatter").exists():
            yield f"versions/{version.name}/scatter"
    for name in ("indexing", "discarded"):
        folder = store.path / name
        if folder.is_dir() and any(folder.iterdir()):
            yield name
    for path in sorted(store.path.rglob("*.partial")):
        inside = path.relative_to(store.path)
        if inside.parts[0] not in ("versions", "indexing", "discarded", "purging"):
            yield inside.as_posix()


def _is_being_written(store: StorePath) -> bool:
    """Whether a build or a purge holds the store now; asked without a trace."""
    try:
        with (store.path / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
