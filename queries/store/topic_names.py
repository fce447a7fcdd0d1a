"""The names of topics and subtopics, and what a filter means that names one of them.

A name is a number and a label: ``07 Python errors``, or ``07.02 Type errors``. The number stays
while the label may change, so a filter may give the number alone.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from queries.filters.compile import quote
from queries.filters.filters import Complement, Filters, Intersection, Slice
from queries.store.topic_changes import TopicChanges

Number = tuple[int, ...]
"""The number of a topic, or that of a topic and that of a subtopic of it."""

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class TopicName:
    """What one topic or subtopic is called.

    Attributes:
        stored: the name in the files of a version.
        shown: the name that readers see; None for a subtopic of a hidden topic.
        former: other names that it had; links may still have them.
    """

    stored: str
    shown: str | None
    former: frozenset[str] = frozenset()


class TopicNames:
    """The names of the topics and subtopics of a version."""

    def __init__(self, names: Mapping[str, list[TopicName]]) -> None:
        """Take the names.

        Args:
            names: those of the columns `topic` and `subtopic`.
        """
        self.names = names
        self._by_number = {
            column: {number: name for name in own if (number := number_in(name.stored))}
            for column, own in names.items()
        }
        self._changed = {
            column: {name.stored: name.shown for name in own if name.shown != name.stored}
            for column, own in names.items()
        }

    @property
    def columns_sql(self) -> str:
        """All columns of `conversations`, with the names that readers see."""
        replaced = ", ".join(
            f"{_case(column, changed)} as {column}"
            for column, changed in self._changed.items()
            if changed
        )
        return f"* replace ({replaced})" if replaced else "*"

    def in_table(self, rows: pa.Table) -> pa.Table:
        """Rows of `conversations` as read from the files, with the names that readers see."""
        for column, changed in self._changed.items():
            position = rows.schema.get_field_index(column)
            if changed and position >= 0:
                stored = rows[column]
                found_at = pc.index_in(stored, pa.array(list(changed), pa.string()))
                shown = pa.array(list(changed.values()), pa.string()).take(
                    found_at.combine_chunks()
                )
                values = pc.if_else(pc.is_valid(found_at), shown, stored)
                rows = rows.set_column(position, column, values)
        return rows

    def resolved(self, column: str, text: str) -> str:
        """The name that readers see of what a text names: by number, or by any of its names.

        Args:
            column: `topic` or `subtopic`.
            text: a number or a name.

        Returns:
            The name; the text itself if there is no such topic.
        """
        number = number_in(text)
        name = self._by_number.get(column, {}).get(number) if number else None
        if name is None:
            return text
        is_known = _NUMBER.fullmatch(text) or text in (name.stored, name.shown, *name.former)
        return name.shown if is_known and name.shown else text

    def in_filters(self, filters: Slice) -> Slice:
        """The same slice, with topics and subtopics by the names that readers see."""
        match filters:
            case Complement():
                return Complement(self.in_plain_filters(filters.filters))
            case Intersection():
                return Intersection(self.in_filters(filters.first), self.in_filters(filters.second))
            case Filters():
                return self.in_plain_filters(filters)

    def in_plain_filters(self, filters: Filters) -> Filters:
        """The same filters, with topics and subtopics by the names that readers see."""
        if not filters.topic and not filters.subtopic:
            return filters
        return replace(
            filters,
            topic=tuple(self.resolved("topic", text) for text in filters.topic),
            subtopic=tuple(self.resolved("subtopic", text) for text in filters.subtopic),
        )


def _case(column: str, changed: Mapping[str, str | None]) -> str:
    cases = " ".join(
        f"when {quote(stored)} then {'null' if shown is None else quote(shown)}"
        for stored, shown in changed.items()
    )
    # In memory the column is an enum, which has no other names.
    return f"case {column}::varchar {cases} else {column}::varchar end"


def number_in(text: str) -> Number | None:
    """The number that a text is or begins with; None if there is none."""
    head = text.partition(" ")[0]
    return tuple(map(int, head.split("."))) if _NUMBER.fullmatch(head) else None


def topic_names(manifest: Mapping[str, Any], changes: TopicChanges) -> TopicNames:
    """The names of the topics of a version; none before they are built.

    Args:
        manifest: of the version.
        changes: what operators changed of its topics, and perhaps of others.
    """
    topics: list[TopicName] = []
    subtopics: list[TopicName] = []
    entries = manifest["steps"].get("topics", {}).get("topics", ())
    known = {entry["name"] for entry in entries}
    for entry in entries:
        root = _root(entry["name"], changes, known)
        topics.append(_name(entry["name"], _renamed(root, changes), changes))
        for part in entry["subtopics"]:
            shown = None if is_other(root) else _renamed(part["name"], changes)
            subtopics.append(_name(part["name"], shown, changes))
    return TopicNames({"topic": topics, "subtopic": subtopics})


def is_other(name: str) -> bool:
    """Whether a name is that of topic 0, the prompts that fit in no topic."""
    return number_in(name) == (0,)


def _root(name: str, changes: TopicChanges, known: Set[str]) -> str:
    """The topic that the prompts of a topic count as: itself, or what it was merged into."""
    passed = set()
    while name not in passed:
        passed.add(name)
        into = changes[name].into if name in changes else None
        if into is None or into not in known:
            break
        name = into
    return name


def _renamed(name: str, changes: TopicChanges) -> str:
    change = changes.get(name)
    return _with_label(name, change.labels[-1]) if change and change.labels else name


def _with_label(name: str, label: str) -> str:
    return f"{name.partition(' ')[0]} {label}"


def _name(stored: str, shown: str | None, changes: TopicChanges) -> TopicName:
    labels = changes[stored].labels if stored in changes else ()
    return TopicName(stored, shown, frozenset(_with_label(stored, label) for label in labels))
