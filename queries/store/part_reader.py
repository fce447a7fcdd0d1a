"""Rows of chosen conversations, read part by part from the files of a version.

A part has the same conversations in every table, and its rows are in the order of ids.
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

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.registry import dataset_of
from queries.errors import VersionGoneError
from queries.schema import CONVERSATIONS, PROMPT_GROUP_COLUMNS, Column
from queries.store.layout import Version
from queries.store.partitions import PartRange
from queries.store.store import Store
from queries.store.topic_names import TopicNames

_GROUP_COLUMNS = frozenset(("prompt_group_size", "is_first_of_prompt"))
"""Columns that change when a conversation of the prompt group is removed."""

Ranks = npt.NDArray[np.int64]
"""Ranks of conversation ids, ascending."""


@dataclass(frozen=True)
class PartReader:
    """Reads the chosen conversations of one part.

    Attributes:
        version: the version.
        part: the part.
        ranks: the chosen conversations of the part, at least one.
        regrouped: prompt groups that removals made smaller, as `Relations.regrouped` gives them;
            None if nothing was removed.
        topic_names: the names of topics that readers see; None for those in the files.
    """

    version: Version
    part: PartRange
    ranks: Ranks
    regrouped: pa.Table | None = None
    topic_names: TopicNames | None = None

    def conversations(self, columns: Sequence[str]) -> pa.Table:
        """Columns of `conversations`: a row per chosen conversation, in the order of ids."""
        path = self.version.table("conversations") / self.part.name
        must_regroup = self.regrouped is not None and not _GROUP_COLUMNS.isdisjoint(columns)
        names = (*columns, "prompt_group", "id_rank") if must_regroup else columns
        with pq.ParquetFile(path) as file:
            present = [name for name in dict.fromkeys(names) if name in file.schema_arrow.names]
            rows = _with_all(file.read(columns=present), names)
        if self.topic_names is not None:
            rows = self.topic_names.in_table(rows)
        rows = rows.take(pa.array(self.ranks - self.part.first_rank))
        return _regroup(rows, self.regrouped).select(list(columns)) if must_regroup else rows

    def messages(self, columns: Sequence[str]) -> pa.Table:
        """Columns of `messages`, and `id_rank`, of the chosen conversations, in order."""
        names = list(dict.fromkeys((*columns, "id_rank")))
        with pq.ParquetFile(self.version.table("messages") / self.part.name) as file:
            groups = [n for n in range(file.num_row_groups) if self._may_have_chosen(file, n)]
            rows = file.read_row_groups(groups, columns=names)
        is_chosen = self._is_chosen(rows["id_rank"].to_numpy())
        return rows if is_chosen.all() else rows.filter(pa.array(is_chosen))

    @cached_property
    def dataset(self) -> DatasetAdapter:
        """The dataset that the version was prepared from."""
        return dataset_of(self.version.manifest())

    @cached_property
    def verbatim(self) -> pa.Table:
        """The chosen conversations that the two tables cannot rebuild, as they were published."""
        path = self.version.table("verbatim") / self.part.name
        if not path.is_file():  # Every row of the part can be rebuilt.
            return CANONICAL_SCHEMA.empty_table()
        rows = pq.read_table(path)
        ids = self.conversations(["conversation_id"])["conversation_id"]
        return rows.filter(pc.is_in(rows["conversation_id"], ids.combine_chunks()))

    def _may_have_chosen(self, file: pq.ParquetFile, group: int) -> bool:
        """Whether a row group can have messages of a chosen conversation, by its statistics."""
        column = file.schema_arrow.get_field_index("id_rank")
        bounds = file.metadata.row_group(group).column(column).statistics
        if bounds is None or not bounds.has_min_max:
            return True
        low, high = np.searchsorted(self.ranks, [bounds.min, bounds.max + 1])
        return bool(low < high)

    def _is_chosen(self, ranks: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        positions = np.minimum(np.searchsorted(self.ranks, ranks), len(self.ranks) - 1)
        is_chosen: npt.NDArray[np.bool_] = self.ranks[positions] == ranks
        return is_chosen


def part_readers(
    store: Store,
    ranks: Ranks,
    conversations_max: int = 2**31,
    kind: type[PartReader] = PartReader,
) -> list[PartReader]:
    """Readers for the parts of a store that hold chosen conversations, in the order of ids.

    Args:
        store: the store.
        ranks: the chosen conversations.
        conversations_max: a part with more chosen conversations gets several readers, each of at
            most so many.
        kind: the class of the readers.
    """
    readers = []
    topics = store.relations.topic_names
    regrouped = store.relations.regrouped if len(store.removed_ranks) else None
    for part in store.partitions:
        low, high = np.searchsorted(ranks, [part.first_rank, part.end_rank])
        for start in range(low, high, conversations_max):
            chosen = ranks[start : min(start + conversations_max, high)]
            readers.append(kind(store.version, part, chosen, regrouped, topics))
    return readers


def conversation_columns(store: Store, ranks: Ranks, columns: Sequence[str]) -> pa.Table:
    """Columns of `conversations` of all chosen conversations, a row for each, in order."""
    with version_errors(store.version):
        tables = [reader.conversations(columns) for reader in part_readers(store, ranks)]
    return (
        pa.concat_tables(tables) if tables else arrow_schema(CONVERSATIONS, columns).empty_table()
    )


def _with_all(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows, with nulls for columns of topics and of the map that files lack."""
    for name, type_ in PROMPT_GROUP_COLUMNS.items():
        if name in names and name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, _TYPES[type_]))
    return rows.select(list(dict.fromkeys(names)))


def _regroup(rows: pa.Table, regrouped: pa.Table) -> pa.Table:
    """The rows, with the size and the first conversation that each prompt group has now."""
    positions = pc.index_in(rows["prompt_group"], regrouped["prompt_group"].combine_chunks())
    new_values = {
        "prompt_group_size": regrouped["group_size"].take(positions),
        "is_first_of_prompt": pc.equal(regrouped["first_rank"].take(positions), rows["id_rank"]),
    }
    for name, values in new_values.items():
        if (column := rows.schema.get_field_index(name)) >= 0:
            rows = rows.set_column(column, name, pc.coalesce(values, rows[name]))
    return rows


def arrow_schema(table: Sequence[Column], columns: Sequence[str]) -> pa.Schema:
    """The Arrow schema of some columns of a table of the store."""
    types = {column.name: _TYPES[column.type] for column in table}
    return pa.schema([(name, types[name]) for name in columns])


@contextmanager
def version_errors(version: Version) -> Iterator[None]:
    """Raise `VersionGoneError` where a file is missing because the version was deleted.

    Raises:
        VersionGoneError: a file is missing and the version is no longer complete.
    """
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
