"""What operators changed of the topics of a store: other labels, merged topics, hidden ones.

The changes are kept in `state/topics.json`, which outlives every version. They are of topics by
their names in the files, so topics that are made anew under the same names keep them.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from queries.store.atomic_files import write_json
from queries.store.layout import StorePath

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TopicChange:
    """What was changed of one topic or subtopic.

    Attributes:
        labels: every label that it was given; the last one holds. Links may still have the others.
        into: the topic that its prompts count as, by its name in the files; None for itself.
    """

    labels: tuple[str, ...] = ()
    into: str | None = None


TopicChanges = Mapping[str, TopicChange]
"""The changes, by the name of the topic in the files."""


def changes_path(store: StorePath) -> Path:
    """The file with the changes."""
    return store.state_path / "topics.json"


def changes_revision(store: StorePath) -> str:
    """A text that changes with the file; empty if there is none. Takes microseconds."""
    try:
        stat = changes_path(store).stat()
    except OSError:
        return ""
    return f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}"


def read_changes(store: StorePath) -> dict[str, TopicChange]:
    """The changes of topics.

    Raises:
        ValueError: the file holds something else.
        OSError: the file exists and cannot be read.
    """
    try:
        content = json.loads(changes_path(store).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    try:
        return {
            str(name): TopicChange(
                tuple(map(str, change["labels"])),
                None if change["into"] is None else str(change["into"]),
            )
            for name, change in content["changes"].items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("state/topics.json holds no changes of topics") from error


def readable_changes(store: StorePath) -> dict[str, TopicChange]:
    """The changes of topics; none, and a warning in the log, if the file cannot be read."""
    try:
        return read_changes(store)
    except (OSError, ValueError) as error:
        _logger.warning("topics have the names that they were built with: %s", error)
        return {}


def write_changes(store: StorePath, changes: TopicChanges) -> None:
    """Replace all changes of topics.

    Raises:
        OSError: the file cannot be written.
    """
    entries = {name: asdict(change) for name, change in sorted(changes.items())}
    write_json(changes_path(store), {"changes": entries})
