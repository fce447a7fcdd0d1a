"""Confirmations of deletion, each as JSON for programs and as a letter in Markdown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queries import __version__
from queries.assets import fill_text
from queries.removal.open_files import open_files_text
from queries.store.atomic_files import write_json, write_text
from queries.store.layout import StorePath


def confirmations_path(store: StorePath) -> Path:
    """The folder of a store's confirmations. They contain ids and hashes, and no texts."""
    return store.state_path / "purges"


def write_purge_confirmation(store: StorePath, facts: Mapping[str, Any]) -> Path:
    """Write the confirmation of a purge into the store.

    Args:
        store: the store.
        facts: ``begun_at``, ``ended_at``, ``by``, ``conversations``, ``versions_deleted``,
            ``version``, ``searched`` and ``held_open_by``.

    Returns:
        The path of the letter; the JSON file is next to it.
    """
    facts = {"chatscape_version": __version__, **facts}
    folder = confirmations_path(store)
    return write_confirmation(folder, "purge", facts["begun_at"], facts, purge_letter(facts))


def write_confirmation(
    folder: Path, name: str, at: str, facts: Mapping[str, Any], text: str
) -> Path:
    """Write a confirmation as two files.

    Args:
        folder: where.
        name: start of the file names; a time follows.
        at: that time (UTC, ISO 8601).
        facts: content of the JSON file.
        text: content of the letter.

    Returns:
        The path of the letter; the JSON file is next to it.
    """
    moment = at.replace(":", "").replace("+0000", "Z")
    path = folder / f"{name}-{moment}.md"
    write_json(path.with_suffix(".json"), facts)
    write_text(path, text)
    return path


def purge_letter(facts: Mapping[str, Any]) -> str:
    """The confirmation of a purge as Markdown."""
    searched = facts["searched"]
    rows = [
        f"| {row['conversation_id']} | {row['removed_at']} | {row['sha256'] or 'not held'} | "
        f"{_cell(row['reason'])} |"
        for row in facts["conversations"]
    ]
    values = {
        "ended_at": facts["ended_at"],
        "begun_at": facts["begun_at"],
        "by": facts["by"],
        "chatscape_version": __version__,
        "count": f"{len(rows):,}",
        "version": facts["version"],
        "versions_deleted": ", ".join(facts["versions_deleted"]) or "none",
        "files": f"{searched['files']:,}",
        "megabytes": f"{searched['bytes'] / 1e6:,.1f}",
        "pieces": f"{searched['pieces']:,}",
        "short_texts": f"{searched['short_texts']:,}",
        "typed": _typed_text(searched["typed"]),
        "database": _database_text(searched["database"]),
        "others": _others_text(searched["others"]),
        "held_open_by": open_files_text(facts["held_open_by"]),
        "rows": "\n".join(rows),
    }
    return fill_text("purge.md", values)


def _typed_text(files: list[str]) -> str:
    if not files:
        return ""
    return f" Text that people typed quotes what was removed, in {', '.join(files)}."


def _database_text(place: str) -> str:
    return (
        f" The rows of this store in the database {place} were searched as well." if place else ""
    )


def _others_text(files: list[str]) -> str:
    if not files:
        return ""
    return (
        " Files in the folder that do not belong to the store were searched as they are, without "
        f"unpacking archives: {', '.join(files)}."
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
