"""Delete a whole store, and confirm that in writing outside of it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from queries import __version__
from queries.assets import fill_text
from queries.errors import PurgeError, StoreMissingError, UsageError
from queries.removal.confirmation import write_confirmation
from queries.removal.open_files import open_files_text, processes_holding_deleted_files
from queries.removal.purge_journal import id_columns
from queries.state.database import open_state
from queries.state.engines import NAME, StateError
from queries.store.atomic_files import delete_path, write_json
from queries.store.checksums import ids_sha256
from queries.store.layout import FILES_OF_A_STORE, StorePath, Version
from queries.store.write_lock import write_lock


def destroy(store: StorePath, who: str, folder: Path) -> Path:
    """Delete every file of a store, and its rows in a shared database.

    The facts to confirm are written before the first file is deleted, so an interrupted
    destruction resumes when it is called again. Files that do not belong to the store stay.

    Args:
        store: a store, or what an interrupted run left of one.
        who: the user.
        folder: where to write the confirmation; outside of the store.

    Returns:
        The path of the letter; the JSON file is next to it.

    Raises:
        UsageError: the folder is inside the store.
        StoreMissingError: there is no store, nor an interrupted destruction of one.
        StoreBusyError: another process writes to this store.
        PurgeError: the confirmation cannot be written, or a file or row cannot be deleted.
    """
    # Relative paths stop working once the current folder, which may be the store, is deleted.
    store, folder = StorePath(store.path.absolute()), folder.absolute()
    if folder.resolve().is_relative_to(store.path.resolve()):
        raise UsageError(f"{folder} is inside the store: name another folder for the confirmation.")
    journal = folder / f"{store.path.name}.destroying.json"
    live = store.current_name()
    if journal.is_file():
        _check_same_store(store, journal)
    elif live is None:
        raise StoreMissingError(store.path)
    try:
        with write_lock(store):
            # A resumed destruction finds no live version, unless the store was prepared again.
            if live is not None:
                write_json(journal, _facts(store, store.version(live), who))
            for name in FILES_OF_A_STORE:
                delete_path(store.path / name)
            _delete_rows(store, journal)
        if not any(store.path.iterdir()):
            # A volume of a container stays as an empty folder: what is mounted cannot be deleted.
            with suppress(OSError):
                store.path.rmdir()
        path = _confirm(store, orjson.loads(journal.read_bytes()), folder)
        journal.unlink()
    except OSError as error:
        raise PurgeError(
            f"The store at {store.path} is not completely deleted: {error.strerror} "
            f"({error.filename}). Fix that, and run the same command again."
        ) from error
    except StateError as error:
        remedy = error.remedy or "fix that"
        raise PurgeError(
            f"The store at {store.path} is not completely deleted: its rows in the database "
            f"cannot be deleted ({error.place}: {error.reason}). {remedy[0].upper()}{remedy[1:]}, "
            "and run the same command again."
        ) from error
    return path


def _check_same_store(store: StorePath, journal: Path) -> None:
    """Refuse to resume the destruction of another store of the same name."""
    other = orjson.loads(journal.read_bytes())["store"]
    if other != str(store.path):
        raise PurgeError(
            f"{journal} says that the store at {other} is not completely deleted. Run the command "
            "for that store again, or name another folder with --confirmation."
        )


def _facts(store: StorePath, live: Version, who: str) -> dict[str, Any]:
    ids = [id_ for column in id_columns(live) for id_ in column.to_pylist()]
    return {
        "begun_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": who,
        "store": str(store.path),
        "versions": [version.name for version in store.versions()],
        "conversations": len(ids),
        "ids_sha256": ids_sha256(ids),
        "rows": _rows_in_database(store),
        "sources": [
            {name: source[name] for name in ("path", "row_count", "sha256")}
            for source in live.manifest()["sources"]
        ],
    }


def _rows_in_database(store: StorePath) -> dict[str, Any] | None:
    """The shared database that holds rows of the store; None if there is none."""
    state = open_state(store)
    identity = state.identity()
    return {"at": state.place, "identity": identity, "count": 0} if identity else None


def _delete_rows(store: StorePath, journal: Path) -> None:
    """Delete the rows of the store in a shared database, and record how many there were."""
    facts = orjson.loads(journal.read_bytes())
    rows = facts.get("rows")
    if not rows:
        return
    state = open_state(store)
    if state.place != rows["at"]:
        raise PurgeError(
            f"The store at {store.path} is not completely deleted: it has rows in {rows['at']}. "
            f"Set {NAME} to that database again, and run the same command."
        )
    rows["count"] += state.delete_rows(rows["identity"])
    write_json(journal, facts)


def _confirm(store: StorePath, facts: dict[str, Any], folder: Path) -> Path:
    left = sorted(p.name for p in store.path.iterdir()) if store.path.is_dir() else []
    facts = {
        **facts,
        "chatscape_version": __version__,
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "left": left,
        "held_open_by": processes_holding_deleted_files(store),
    }
    values = {
        **facts,
        "conversations": f"{facts['conversations']:,}",
        "versions": ", ".join(facts["versions"]),
        "left": "Nothing is left of the folder."
        if not left
        else f"Files that do not belong to the store are still in the folder: {', '.join(left)}.",
        "held_open_by": open_files_text(facts["held_open_by"]),
        "log": _log_text(facts.get("rows")),
        "sources": "\n".join(
            f"| {Path(source['path']).name} | {source['row_count']:,} | {source['sha256']} |"
            for source in facts["sources"]
        ),
    }
    text = fill_text("destroyed.md", values)
    name = f"{store.path.name}-destroyed"
    return write_confirmation(folder, name, facts["ended_at"], facts, text)


def _log_text(rows: dict[str, Any] | None) -> str:
    if not rows:
        return "and the audit log."
    return (
        f"and the identity of the store. Its {rows['count']:,} rows in the database {rows['at']} "
        "(the audit log, and the acceptance of the licence) were deleted as well."
    )
