"""The confirmation of a purge: a file for programs, and a letter for whoever asked for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queries import __version__
from queries.assets import filled
from queries.layout import StorePath, write_json, write_text
from queries.removal.holders import held_text


def confirmations_path(store: StorePath) -> Path:
    """The folder in which confirmations are kept; they name ids and hashes, and quote nothing."""
    return store.state_path / "purges"


def confirm(store: StorePath, said: Mapping[str, Any]) -> Path:
    """Write the confirmation of a purge of a store.

    Args:
        store: the store.
        said: ``begun_at``, ``ended_at``, ``by``, ``conversations``, ``versions_deleted``,
            ``version``, ``searched`` and ``held_open_by``.

    Returns:
        The letter; the same as JSON is beside it.
    """
    facts = {"chatscape_version": __version__, **said}
    folder = confirmations_path(store)
    return write_confirmation(folder, "purge", said["begun_at"], facts, letter(said))


def write_confirmation(
    folder: Path, name: str, at: str, said: Mapping[str, Any], text: str
) -> Path:
    """Write a confirmation down.

    Args:
        folder: where.
        name: of the files; a time follows.
        at: that time (UTC, ISO 8601).
        said: what is confirmed, for programs.
        text: the same in words, as Markdown.

    Returns:
        The letter; the same as JSON is beside it.
    """
    moment = at.replace(":", "").replace("+0000", "Z")
    path = folder / f"{name}-{moment}.md"
    write_json(path.with_suffix(".json"), said)
    write_text(path, text)
    return path


def letter(said: Mapping[str, Any]) -> str:
    """The confirmation in words, as Markdown."""
    searched = said["searched"]
    rows = [
        f"| {one['conversation_id']} | {one['removed_at']} | {one['sha256'] or 'not held'} | "
        f"{_cell(one['reason'])} |"
        for one in said["conversations"]
    ]
    values = {
        "ended_at": said["ended_at"],
        "begun_at": said["begun_at"],
        "by": said["by"],
        "chatscape_version": __version__,
        "count": f"{len(rows):,}",
        "version": said["version"],
        "versions_deleted": ", ".join(said["versions_deleted"]) or "none",
        "files": f"{searched['files']:,}",
        "megabytes": f"{searched['bytes'] / 1e6:,.1f}",
        "pieces": f"{searched['pieces']:,}",
        "short_texts": f"{searched['short_texts']:,}",
        "typed": _typed_text(searched["typed"]),
        "database": _database_text(searched["database"]),
        "others": _others_text(searched["others"]),
        "held_open_by": held_text(said["held_open_by"]),
        "rows": "\n".join(rows),
    }
    return filled("purge.md", values)


def _typed_text(places: list[str]) -> str:
    if not places:
        return ""
    return f" What people typed quotes pieces of what was removed, in {', '.join(places)}."


def _database_text(place: str) -> str:
    return f" The rows of the store in the database {place} were searched as well." if place else ""


def _others_text(places: list[str]) -> str:
    if not places:
        return ""
    return (
        " Files in the folder that are none of a store's were searched as they are, not unpacked: "
        f"{', '.join(places)}."
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
