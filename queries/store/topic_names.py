"""The names of topics and subtopics, and what a filter means that names one of them.

A name is a number and a label: ``07 Python errors``, or ``07.02 Type errors``. The number stays
while the label may change, so a filter may give the number alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from queries.filters.filters import Complement, Filters, Intersection, Slice

Number = tuple[int, ...]
"""The number of a topic, or that of a topic and that of a subtopic of it."""

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class TopicName:
    """What one topic or subtopic is called.

    Attributes:
        stored: the name in the files of a version.
        shown: the name that readers see.
        former: other names that it had; links may still have them.
    """

    stored: str
    shown: str
    former: frozenset[str] = frozenset()


class TopicNames:
    """The names of the topics and subtopics of a version."""

    def __init__(self, names: Mapping[str, list[TopicName]]) -> None:
        """Take the names.

        Args:
            names: those of the columns `topic` and `subtopic`.
        """
        self._by_number = {
            column: {number: name for name in own if (number := number_in(name.stored))}
            for column, own in names.items()
        }

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
        return name.shown if is_known else text

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


def number_in(text: str) -> Number | None:
    """The number that a text is or begins with; None if there is none."""
    head = text.partition(" ")[0]
    return tuple(map(int, head.split("."))) if _NUMBER.fullmatch(head) else None


def topic_names(manifest: Mapping[str, Any]) -> TopicNames:
    """The names of the topics of a version; none before they are built.

    Args:
        manifest: of the version.
    """
    stored = {"topic": list(_topics(manifest)), "subtopic": list(_subtopics(manifest))}
    return TopicNames(
        {column: [TopicName(name, name) for name in names] for column, names in stored.items()}
    )


def _topics(manifest: Mapping[str, Any]) -> Iterator[str]:
    for entry in manifest["steps"].get("topics", {}).get("topics", ()):
        yield entry["name"]


def _subtopics(manifest: Mapping[str, Any]) -> Iterator[str]:
    for entry in manifest["steps"].get("topics", {}).get("topics", ()):
        for part in entry["subtopics"]:
            yield part["name"]
