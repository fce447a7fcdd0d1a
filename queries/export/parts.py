"""Rows of chosen conversations, part by part from the files of a version.

A part has the same conversations in each table, and its rows are in the order of ids.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import VersionGoneError
from queries.layout import Version
from queries.published import CURRENT_SCHEMA
from queries.schema import CONVERSATIONS, Column
from queries.store import Store

_OF_GROUPS = frozenset(("prompt_group_size", "is_first_of_prompt"))

Ranks = npt.NDArray[np.int64]
"""Ranks of conversation ids, ascending."""


@dataclass(frozen=True)
class Part:
    """The chosen conversations of one part.

    Attributes:
        version: whose part.
        name: of its file in each table.
        first_rank: the rank of its first conversation, chosen or not.
        ranks: those that are chosen; at least one.
        regrouped: groups of repeats that removals made smaller; none without.
    """

    version: Version
    name: str
    first_rank: int
    ranks: Ranks
    regrouped: pa.Table | None = None

    def conversations(self, columns: Sequence[str]) -> pa.Table:
        """Columns of `conversations`, a row for each chosen one, in order."""
        file = self.version.table("conversations") / self.name
        is_changed = self.regrouped is not None and not _OF_GROUPS.isdisjoint(columns)
        read = (*columns, "prompt_group", "id_rank") if is_changed else columns
        rows = pq.read_table(file, columns=list(dict.fromkeys(read)))
        rows = rows.take(pa.array(self.ranks - self.first_rank))
        return _with_groups(rows, self.regrouped).select(list(columns)) if is_changed else rows

    def messages(self, columns: Sequence[str]) -> pa.Table:
        """Columns of `messages`, and `id_rank`, of the chosen conversations, in order."""
        names = list(dict.fromkeys((*columns, "id_rank")))
        with pq.ParquetFile(self.version.table("messages") / self.name) as file:
            groups = [n for n in range(file.num_row_groups) if self._has_any(file, n)]
            rows = file.read_row_groups(groups, columns=names)
        is_chosen = self._is_chosen(rows["id_rank"].to_numpy())
        return rows if is_chosen.all() else rows.filter(pa.array(is_chosen))

    @cached_property
    def verbatim(self) -> pa.Table:
        """The published rows of those that the two tables cannot give back."""
        file = self.version.table("verbatim") / self.name
        if not file.is_file():  # A part in which every row can be rebuilt has none.
            return CURRENT_SCHEMA.empty_table()
        rows = pq.read_table(file)
        ids = self.conversations(["conversation_id"])["conversation_id"]
        return rows.filter(pc.is_in(rows["conversation_id"], ids.combine_chunks()))

    def _has_any(self, file: pq.ParquetFile, group: int) -> bool:
        """Whether a group of rows has messages of a chosen conversation."""
        column = file.schema_arrow.get_field_index("id_rank")
        bounds = file.metadata.row_group(group).column(column).statistics
        if bounds is None or not bounds.has_min_max:
            return True
        low, high = np.searchsorted(self.ranks, [bounds.min, bounds.max + 1])
        return bool(low < high)

    def _is_chosen(self, ranks: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        place = np.searchsorted(self.ranks, ranks)
        found: npt.NDArray[np.bool_] = self.ranks[np.minimum(place, len(self.ranks) - 1)] == ranks
        return found


def parts_of(store: Store, ranks: Ranks, conversations_max: int = 2**31) -> list[Part]:
    """The parts of a store that hold chosen conversations, in the order of ids.

    Args:
        store: the store.
        ranks: which conversations.
        conversations_max: a part with more of them is given in pieces of so many.
    """
    parts = []
    first_rank = 0
    regrouped = store.relations.regrouped if len(store.removed_ranks) else None
    for file in store.manifest["files"]:
        table, _, name = file["path"].partition("/")
        if table == "conversations":
            end = first_rank + file["row_count"]
            low, high = np.searchsorted(ranks, [first_rank, end])
            for start in range(low, high, conversations_max):
                piece = ranks[start : min(start + conversations_max, high)]
                parts.append(Part(store.version, name, first_rank, piece, regrouped))
            first_rank = end
    return parts


def conversation_columns(store: Store, ranks: Ranks, columns: Sequence[str]) -> pa.Table:
    """Columns of `conversations` of all chosen ones, a row for each, in order."""
    with version_there(store.version):
        tables = [part.conversations(columns) for part in parts_of(store, ranks)]
    return (
        pa.concat_tables(tables) if tables else arrow_schema(CONVERSATIONS, columns).empty_table()
    )


def _with_groups(rows: pa.Table, regrouped: pa.Table) -> pa.Table:
    """Rows with the sizes and first conversations that their groups of repeats have now."""
    place = pc.index_in(rows["prompt_group"], regrouped["prompt_group"].combine_chunks())
    now = {
        "prompt_group_size": regrouped["group_size"].take(place),
        "is_first_of_prompt": pc.equal(regrouped["first_rank"].take(place), rows["id_rank"]),
    }
    for name, values in now.items():
        if (at := rows.schema.get_field_index(name)) >= 0:
            rows = rows.set_column(at, name, pc.coalesce(values, rows[name]))
    return rows


def arrow_schema(known: Sequence[Column], columns: Sequence[str]) -> pa.Schema:
    """The schema of some columns of a table of the store."""
    types = {column.name: _TYPES[column.type] for column in known}
    return pa.schema([(name, types[name]) for name in columns])


@contextmanager
def version_there(version: Version) -> Iterator[None]:
    """Say that a version is gone, where that is why its files cannot be read."""
    try:
        yield
    except FileNotFoundError as error:
        if version.is_complete:
            raise
        raise VersionGoneError(version.name) from error


_TYPES = {
    "varchar": pa.string(),
    "varchar[]": pa.list_(pa.string()),
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "usmallint": pa.uint16(),
    "utinyint": pa.uint8(),
}
