"""Which part of a version holds a conversation: the ranks that each part begins and ends with."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PartRange:
    """The conversations of one part, by rank: from `first_rank` to below `end_rank`.

    Attributes:
        name: the name of the part's file; it is the same in every table.
        first_rank: the rank of its first conversation.
        end_rank: the rank of the first conversation after it.
    """

    name: str
    first_rank: int
    end_rank: int


class Partitions:
    """The parts of a version, in the order of ids.

    A part has the same conversations in every table, and the ranks of a version have no gaps. So
    the row counts in the manifest say which part a rank is in.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._parts: list[PartRange] = []
        first_rank = 0
        for file in manifest["files"]:
            table, _, name = file["path"].partition("/")
            if table == "conversations":
                end_rank = first_rank + file["row_count"]
                self._parts.append(PartRange(name, first_rank, end_rank))
                first_rank = end_rank
        self._end_ranks = [part.end_rank for part in self._parts]

    def __iter__(self) -> Iterator[PartRange]:
        """All parts, in the order of ids."""
        return iter(self._parts)

    @property
    def conversation_count(self) -> int:
        """The conversations of the version, removed ones included."""
        return self._end_ranks[-1]

    def part_of(self, id_rank: int) -> PartRange:
        """The part that holds the conversation with this rank.

        Raises:
            IndexError: the version has no such rank.
        """
        if id_rank < 0:
            raise IndexError(id_rank)
        return self._parts[bisect_right(self._end_ranks, id_rank)]
