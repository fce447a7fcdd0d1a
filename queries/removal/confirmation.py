"""The confirmation of a purge: a file for programs, and a letter for whoever asked for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queries import __version__
from queries.assets import asset
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
    name = said["begun_at"].replace(":", "").replace("+0000", "Z")
    path = confirmations_path(store) / f"purge-{name}.md"
    write_json(path.with_suffix(".json"), {"chatscape_version": __version__, **said})
    write_text(path, letter(said))
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
    text = asset("texts/purge.md").read_text(encoding="utf-8")
    for field, value in values.items():
        text = text.replace(f"{{{field}}}", str(value), 1)
    return text


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
