"""A conversation as it was published, read back from the files of a store."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.errors import VersionGoneError
from queries.filters import Filters
from queries.layout import Version
from queries.plain_values import decoded, each_leaf, with_bytes
from queries.published import CURRENT_SCHEMA, published_rows
from queries.schema import CATEGORIES, column_suffix
from queries.store import Store

_CONVERSATION_COLUMNS = (
    *("conversation_id", "model", "language", "turn_count"),
    *("message_count", "moderation_count", "is_redacted"),
)
_MESSAGE_COLUMNS = (
    *("message_index", "role", "text", "is_flagged"),
    *(f"is_flagged_{column_suffix(category)}" for category in CATEGORIES),
    *(f"score_{column_suffix(category)}" for category in CATEGORIES),
)
_PUBLISHED_COLUMNS = tuple(CURRENT_SCHEMA.names)


def published_conversation(store: Store, conversation_id: str) -> dict[str, Any]:
    """The published row of a conversation.

    Args:
        store: the store; only the part that holds the conversation is read, and of it only the
            row groups that may.
        conversation_id: which conversation.

    Returns:
        Python values by the names of `CURRENT_SCHEMA`, equal to the published ones; only bytes
        that are not UTF-8 are U+FFFD.

    Raises:
        NotFoundError: the store has none with this id.
        VersionGoneError: the version was cleaned up while it was open.
    """
    found = store.run("conversation", Filters(), params={"conversation_id": conversation_id})
    if found.empty:
        raise store.not_found(conversation_id)
    part = _part_name(store, int(found["id_rank"].iloc[0]))
    try:
        row = _published_row(store.version, part, conversation_id)
    except FileNotFoundError as error:
        raise VersionGoneError(store.version.name) from error
    return {name: each_leaf(value, decoded) for name, value in row.items()}


def _part_name(store: Store, id_rank: int) -> str:
    """The name of the files that hold a conversation: one in each table."""
    files = [f for f in store.manifest["files"] if f["path"].startswith("conversations/")]
    rows_before = 0
    for file in files:
        rows_before += file["row_count"]
        if id_rank < rows_before:
            return str(file["path"]).removeprefix("conversations/")
    raise IndexError(id_rank)


def _published_row(version: Version, part: str, conversation_id: str) -> dict[str, Any]:
    def rows(table: str, columns: tuple[str, ...]) -> pa.Table:
        wanted = [("conversation_id", "=", conversation_id)]
        return pq.read_table(version.table(table) / part, columns=list(columns), filters=wanted)

    # A part in which every row can be rebuilt has no verbatim ones.
    has_verbatim = (version.table("verbatim") / part).is_file()
    row = rows("verbatim", _PUBLISHED_COLUMNS) if has_verbatim else CURRENT_SCHEMA.empty_table()
    if not row.num_rows:
        conversations = rows("conversations", _CONVERSATION_COLUMNS)
        row = published_rows(conversations, rows("messages", _MESSAGE_COLUMNS), row)
    return dict(zip(row.column_names, (_value(column) for column in row.columns), strict=True))


def _value(column: pa.ChunkedArray) -> Any:  # noqa: ANN401
    """The only value of a column, its texts as bytes: Arrow refuses those that are not UTF-8."""
    return column.cast(with_bytes(column.type))[0].as_py()
