"""Destroying a whole store, and confirming that in writing outside of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from queries import __version__
from queries.assets import filled
from queries.databases import NAME, StateError
from queries.errors import PurgeError, StoreMissingError, UsageError
from queries.layout import FILES_OF_A_STORE, StorePath, Version, delete, write_json
from queries.prepare.lock import sole_writer
from queries.prepare.plan import ids_sha256
from queries.removal.confirmation import write_confirmation
from queries.removal.evidence import id_columns
from queries.removal.holders import held_text, holders
from queries.state import state_of


def destroy(store: StorePath, who: str, folder: Path) -> Path:
    """Delete every file of a store: versions, index, exports, the register and the log.

    Where the log is in a database that stores share, its rows there are deleted too.

    What is confirmed is written down before the first file goes: a destruction that was cut off
    goes on when it is called again. Files that are none of a store's are left.

    Args:
        store: a store, or what is left of one.
        who: a person.
        folder: where the confirmation is written; not in the store.

    Returns:
        The confirmation; the same as JSON is beside it.

    Raises:
        UsageError: the confirmation would be written into the store.
        StoreMissingError: there is no store, nor what is left of one.
        StoreBusyError: somebody else writes to this store.
        PurgeError: the confirmation cannot be written, or a file or a row not be deleted.
    """
    # Whoever stands in the folder of the store has no folder any more when it is gone.
    store, folder = StorePath(store.path.absolute()), folder.absolute()
    if folder.resolve().is_relative_to(store.path.resolve()):
        raise UsageError(f"{folder} is inside the store: name another folder for the confirmation.")
    begun = folder / f"{store.path.name}.destroying.json"
    live = store.current_name()
    if begun.is_file():
        _check_same(store, begun)
    elif live is None:
        raise StoreMissingError(store.path)
    try:
        with sole_writer(store):
            # One that was cut off has no live version any more, unless it was prepared again.
            if live is not None:
                write_json(begun, _facts(store, store.version(live), who))
            for name in FILES_OF_A_STORE:
                delete(store.path / name)
            _delete_rows(store, begun)
        if not any(store.path.iterdir()):
            store.path.rmdir()
        path = _confirm(store, orjson.loads(begun.read_bytes()), folder)
        begun.unlink()
    except OSError as error:
        raise PurgeError(
            f"The store at {store.path} is not destroyed yet: {error.strerror} "
            f"({error.filename}). Mend that, and run the same command again."
        ) from error
    except StateError as error:
        way_out = error.way_out or "mend that"
        raise PurgeError(
            f"The store at {store.path} is not destroyed yet: its rows in the database cannot be "
            f"deleted ({error.place}: {error.reason}). {way_out[0].upper()}{way_out[1:]}, "
            "and run the same command again."
        ) from error
    return path


def _check_same(store: StorePath, begun: Path) -> None:
    """Refuse to go on with the destruction of another store of the same name."""
    other = orjson.loads(begun.read_bytes())["store"]
    if other != str(store.path):
        raise PurgeError(
            f"{begun} says that the store at {other} is not wholly destroyed. Run the command for "
            "that one again, or name another folder with --confirmation."
        )


def _facts(store: StorePath, live: Version, who: str) -> dict[str, Any]:
    said = live.manifest()
    ids = [one for column in id_columns(live) for one in column.to_pylist()]
    return {
        "begun_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": who,
        "store": str(store.path),
        "versions": [version.name for version in store.versions()],
        "conversations": len(ids),
        "ids_sha256": ids_sha256(ids),
        "rows": _rows_facts(store),
        "sources": [
            {name: source[name] for name in ("path", "row_count", "sha256")}
            for source in said["sources"]
        ],
    }


def _rows_facts(store: StorePath) -> dict[str, Any] | None:
    """Where the store has rows that are in none of its files."""
    state = state_of(store)
    identity = state.identity()
    return {"at": state.place, "identity": identity, "count": 0} if identity else None


def _delete_rows(store: StorePath, begun: Path) -> None:
    """Delete what a shared database has of the store, and write down how much that was."""
    facts = orjson.loads(begun.read_bytes())
    rows = facts.get("rows")
    if not rows:
        return
    state = state_of(store)
    if state.place != rows["at"]:
        raise PurgeError(
            f"The store at {store.path} is not destroyed yet: it has rows in {rows['at']}. Set "
            f"{NAME} to that database again, and run the same command."
        )
    rows["count"] += state.forget(rows["identity"])
    write_json(begun, facts)


def _confirm(store: StorePath, facts: dict[str, Any], folder: Path) -> Path:
    left = sorted(p.name for p in store.path.iterdir()) if store.path.is_dir() else []
    said = {
        **facts,
        "chatscape_version": __version__,
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "left": left,
        "held_open_by": holders(store),
    }
    values = {
        **said,
        "conversations": f"{said['conversations']:,}",
        "versions": ", ".join(said["versions"]),
        "left": "Nothing is left of the folder."
        if not left
        else f"Left in the folder, because it is no part of a store: {', '.join(left)}.",
        "held_open_by": held_text(said["held_open_by"]),
        "log": _log_text(said.get("rows")),
        "sources": "\n".join(
            f"| {Path(one['path']).name} | {one['row_count']:,} | {one['sha256']} |"
            for one in said["sources"]
        ),
    }
    text = filled("destroyed.md", values)
    return write_confirmation(folder, f"{store.path.name}-destroyed", said["ended_at"], said, text)


def _log_text(rows: dict[str, Any] | None) -> str:
    if not rows:
        return "and the log."
    return (
        f"and the identity of the store. Its {rows['count']:,} rows in the database {rows['at']} "
        "(the log, and the acceptance of the licence) were deleted as well."
    )
