"""Second pass: write the rows of each part, sorted by id, with columns derived from all rows."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.masking.parallel import ColumnMask, unmasked
from queries.prepare.message_facts import add_message_facts
from queries.prepare.prompt_groups import group_numbers
from queries.prepare.scatter import TABLES
from queries.prepare.searchable_openings import searchable_openings
from queries.schema import CONVERSATIONS, PROMPT_GROUP_COLUMNS
from queries.store.atomic_files import atomic_write
from queries.store.layout import Version
from queries.store.part_reader import arrow_schema

MESSAGE_GROUP_ROWS = 8_192
"""Messages in a row group, about. Opening a conversation reads one row group."""

_WITH_DICTIONARY = (
    *("model", "language", "role", "topic", "subtopic"),
    "flagged_categories.list.element",
)
_WITHOUT_STATISTICS = ("text", "opening", "searchable_opening", "opening_words")


class FlatRows(Protocol):
    """Flat rows in parts. All ids of a part are larger than those of the part before it."""

    def part(self, part: int, table: str) -> pa.Table:
        """The rows of one part of `conversations`, `messages` or `verbatim`, in any order.

        They lack the columns of `global_columns` and `message_facts`. Rows that were prepared
        before have their `prompt_group`, others a `prompt_digest`.
        """
        ...


def global_columns(flat: FlatRows, parts: int) -> pa.Table:
    """The columns of `conversations` that depend on all rows, in the order of ids.

    Returns:
        ``id_rank``, ``prompt_group``, ``prompt_group_size`` and ``is_first_of_prompt``; the rows
        of a part are consecutive.
    """
    groups = _prompt_groups(flat, parts)
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
            "prompt_group": groups,
            "prompt_group_size": pa.array(sizes, mask=~is_known),
            "is_first_of_prompt": pa.array(is_first, mask=~is_known),
        }
    )


def _prompt_groups(flat: FlatRows, parts: int) -> pa.Array:
    """The prompt group of each conversation, in the order of ids."""
    columns = []
    for part in range(parts):
        rows = flat.part(part, "conversations")
        (name,) = {"prompt_digest", "prompt_group"} & set(rows.column_names)
        columns.append(rows.select(["conversation_id", name]).sort_by("conversation_id")[name])
    groups = pa.chunked_array([chunk for column in columns for chunk in column.chunks])
    combined = groups.combine_chunks()
    return combined if name == "prompt_group" else group_numbers(combined)


def gather_part(
    flat: FlatRows,
    part: int,
    derived: pa.Table,
    mask: ColumnMask,
    split: ColumnMask,
    version: Version,
) -> None:
    """Write one part of each table. `conversations` comes last: its file marks the part as done.

    Args:
        flat: the rows of all parts.
        part: which part.
        derived: the rows of `global_columns` for this part.
        mask: masks openings.
        split: turns masked openings into lines of words.
        version: where to write.
    """
    tables = {table: flat.part(part, table) for table in TABLES}
    by_id = [("conversation_id", "ascending")]
    verbatim = tables["verbatim"].sort_by(by_id)
    if verbatim.num_rows:
        write_groups(part_path(version, "verbatim", part), verbatim.schema, [verbatim])
    order = pc.sort_indices(tables["messages"], sort_keys=[*by_id, ("message_index", "ascending")])
    conversations = tables["conversations"].sort_by(by_id)
    conversations = conversations.drop_columns(
        [name for name in derived.column_names if name in conversations.column_names]
    )
    for name in derived.column_names:
        conversations = conversations.append_column(name, derived[name])
    searchable = searchable_openings(conversations, mask)
    conversations = conversations.append_column("searchable_opening", searchable)
    searched = pc.coalesce(searchable, unmasked(conversations["opening"]))
    conversations = conversations.append_column("opening_words", split(searched))
    conversations = with_group_columns(conversations)
    conversations = conversations.select([column.name for column in CONVERSATIONS])
    messages = add_message_facts(tables["messages"].take(order), conversations)
    write_groups(part_path(version, "messages", part), messages.schema, _groups(messages))
    write_groups(part_path(version, "conversations", part), conversations.schema, [conversations])


def with_group_columns(conversations: pa.Table) -> pa.Table:
    """The rows with those columns of prompt groups that they lack, all null."""
    for field in arrow_schema(CONVERSATIONS, list(PROMPT_GROUP_COLUMNS)):
        if field.name not in conversations.column_names:
            nulls = pa.nulls(conversations.num_rows, field.type)
            conversations = conversations.append_column(field.name, nulls)
    return conversations


def part_path(version: Version, table: str, part: int) -> Path:
    """The file of one part of a table."""
    return version.table(table) / f"part-{part:05d}.parquet"


def _groups(messages: pa.Table) -> Iterator[pa.Table]:
    """Split messages into row groups, never within a conversation."""
    starts = np.flatnonzero(messages["message_index"].to_numpy() == 0)
    begin = 0
    while begin < messages.num_rows:
        following = np.searchsorted(starts, begin + MESSAGE_GROUP_ROWS)
        end = int(starts[following]) if following < len(starts) else messages.num_rows
        yield messages.slice(begin, end - begin)
        begin = end


def write_groups(path: Path, schema: pa.Schema, groups: Iterable[pa.Table]) -> None:
    """Write tables of a store as the row groups of a file."""
    names = schema.names
    with (
        atomic_write(path) as temporary,
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
