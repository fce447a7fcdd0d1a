"""Second pass: the rows of one part, sorted by id, with what only the whole dataset knows."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.layout import Version, whole_file
from queries.prepare.facts import with_facts
from queries.prepare.scatter import TABLES
from queries.schema import CONVERSATIONS

MESSAGE_GROUP_ROWS = 8_192
"""Messages in a row group, about: what is read to open one conversation."""

_WITH_DICTIONARY = ("model", "language", "role", "flagged_categories.list.element")
_WITHOUT_STATISTICS = ("text", "opening")


class Rows(Protocol):
    """Flat rows, part by part: ids of a part are larger than those of the part before it."""

    def part(self, part: int, table: str) -> pa.Table:
        """The rows of one part of `conversations`, `messages` or `verbatim`, in any order.

        What only the whole dataset knows is not among their columns.
        """
        ...


def columns_of_the_whole(flat: Rows, parts: int) -> pa.Table:
    """`id_rank`, `prompt_group_size` and `is_first_of_prompt` of all rows, in the order of ids.

    Rows of a part follow those of the part before it, so that a slice of this table is a part's.
    """
    columns = ["conversation_id", "prompt_group"]
    tables = [
        flat.part(part, "conversations").select(columns).sort_by("conversation_id")
        for part in range(parts)
    ]
    groups = pa.concat_tables(tables)["prompt_group"].combine_chunks()
    is_known = groups.is_valid().to_numpy(zero_copy_only=False)
    _, first, inverse, counts = np.unique(
        groups.drop_null().to_numpy(), return_index=True, return_inverse=True, return_counts=True
    )
    sizes = np.zeros(len(groups), dtype=np.int32)
    sizes[is_known] = counts[inverse]
    is_first = np.zeros(len(groups), dtype=bool)
    is_first[np.flatnonzero(is_known)[first]] = True
    return pa.table(
        {
            "id_rank": pa.array(np.arange(len(groups)), pa.int32()),
            "prompt_group_size": pa.array(sizes, mask=~is_known),
            "is_first_of_prompt": pa.array(is_first, mask=~is_known),
        }
    )


def gather_part(flat: Rows, part: int, whole: pa.Table, version: Version) -> None:
    """Write one part of each table; `conversations` last, so that its file says the part is done.

    Args:
        flat: the rows of all parts.
        part: which part.
        whole: the rows of `columns_of_the_whole` for this part.
        version: where to write.
    """
    tables = {table: flat.part(part, table) for table in TABLES}
    by_id = [("conversation_id", "ascending")]
    verbatim = tables["verbatim"].sort_by(by_id)
    if verbatim.num_rows:
        _write(part_path(version, "verbatim", part), verbatim.schema, [verbatim])
    order = pc.sort_indices(tables["messages"], sort_keys=[*by_id, ("message_index", "ascending")])
    conversations = tables["conversations"].sort_by(by_id)
    for name in whole.column_names:
        conversations = conversations.append_column(name, whole[name])
    conversations = conversations.select([column.name for column in CONVERSATIONS])
    messages = with_facts(tables["messages"].take(order), conversations)
    _write(part_path(version, "messages", part), messages.schema, _groups(messages))
    _write(part_path(version, "conversations", part), conversations.schema, [conversations])


def part_path(version: Version, table: str, part: int) -> Path:
    """The file of one part of a table."""
    return version.table(table) / f"part-{part:05d}.parquet"


def _groups(messages: pa.Table) -> Iterator[pa.Table]:
    """Messages cut into row groups, never within a conversation: opening one reads one group."""
    starts = np.flatnonzero(messages["message_index"].to_numpy() == 0)
    begin = 0
    while begin < messages.num_rows:
        place = np.searchsorted(starts, begin + MESSAGE_GROUP_ROWS)
        end = int(starts[place]) if place < len(starts) else messages.num_rows
        yield messages.slice(begin, end - begin)
        begin = end


def _write(path: Path, schema: pa.Schema, groups: Iterable[pa.Table]) -> None:
    """Write tables as the row groups of a file."""
    names = schema.names
    with (
        whole_file(path) as temporary,
        pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[n for n in _WITH_DICTIONARY if n.split(".")[0] in names],
            write_statistics=[n for n in names if n not in _WITHOUT_STATISTICS],
        ) as writer,
    ):
        for group in groups:
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
