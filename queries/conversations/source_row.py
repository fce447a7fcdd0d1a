"""The canonical row of a conversation, rebuilt from the files of a store."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.rebuild import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, rebuilt_rows
from queries.errors import VersionGoneError
from queries.filters import Filters
from queries.serialisation.json_values import binary_type, decode_bytes, map_leaves
from queries.store.layout import Version
from queries.store.store import Store

_CANONICAL_COLUMNS = tuple(CANONICAL_SCHEMA.names)


def canonical_row(store: Store, conversation_id: str) -> dict[str, Any]:
    """The row that a conversation was prepared from.

    Args:
        store: the store. Only the row groups that may hold the conversation are read.
        conversation_id: the conversation.

    Returns:
        Python values by the names of `CANONICAL_SCHEMA`, equal to the published ones, except that
        bytes that are not UTF-8 are U+FFFD.

    Raises:
        NotFoundError: the store has none with this id.
        VersionGoneError: the version was deleted while it was open.
    """
    rows = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if rows.empty:
        raise store.not_found_error(conversation_id)
    part = store.partitions.part_of(int(rows["id_rank"].iloc[0])).name
    try:
        row = _read_row(store.version, part, conversation_id)
    except FileNotFoundError as error:
        raise VersionGoneError(store.version.name) from error
    return {name: map_leaves(value, decode_bytes) for name, value in row.items()}


def _read_row(version: Version, part: str, conversation_id: str) -> dict[str, Any]:
    def rows(table: str, columns: tuple[str, ...]) -> pa.Table:
        is_row = [("conversation_id", "=", conversation_id)]
        return pq.read_table(version.table(table) / part, columns=list(columns), filters=is_row)

    # There is no such file if every row of the part can be rebuilt.
    has_verbatim = (version.table("verbatim") / part).is_file()
    row = rows("verbatim", _CANONICAL_COLUMNS) if has_verbatim else CANONICAL_SCHEMA.empty_table()
    if not row.num_rows:
        conversations = rows("conversations", CONVERSATION_COLUMNS)
        row = rebuilt_rows(conversations, rows("messages", MESSAGE_COLUMNS), row)
    return dict(zip(row.column_names, (_value(column) for column in row.columns), strict=True))


def _value(column: pa.ChunkedArray) -> Any:  # noqa: ANN401
    """The only value of a column, with texts as bytes: Arrow rejects text that is not UTF-8."""
    return column.cast(binary_type(column.type))[0].as_py()
