"""The DuckDB connection of a store: its relations, its limits, and what removal leaves out."""

import glob
from pathlib import Path

import duckdb

from queries.schema import MESSAGE_FACTS, PROMPT_GROUP_COLUMNS
from queries.settings import Settings
from queries.store.layout import Version
from queries.store.sql_files import macro_statements, relation_statements
from queries.store.topic_names import TopicNames

_SEARCHABLE = ("searchable_opening", "opening_words")
"""Columns of `conversations` that words are looked up in, which older files lack."""

_ENUM_COLUMNS = {
    "conversations": ("model", "language", "topic", "subtopic"),
    "message_facts": ("model", "language", "role"),
}
"""The relations that are held in memory, and their columns that become enums there."""

_STORED = {"conversations": "stored_conversations", "message_facts": "message_facts"}
"""The views behind them, in which topics have the names of the files."""

_ORDER = {"conversations": "", "message_facts": "order by role, highest_level, text_chars"}
"""Rows that are read together lie together: those of a role, high scores, equal lengths."""

_MESSAGE_FACTS = (
    f"create or replace view message_facts as select {', '.join(MESSAGE_FACTS)} from messages"  # noqa: S608
)

_REMOVED_IDS = """
create or replace table removed_ids as
select tombstones.conversation_id from read_parquet($tombstones) as tombstones"""

_LEAVE_OUT_REMOVED = (
    *(relation_statements()[name] for name in ("removed", "regrouped", "messages")),
    _MESSAGE_FACTS,
    relation_statements()["stored_conversations"],
    "drop table removed_ids",
)

_LEAVE_OUT_REMOVED_IN_MEMORY = (
    "delete from held_message_facts where id_rank in (select id_rank from removed)",
    "delete from held_conversations where id_rank in (select id_rank from removed)",
    """
update held_conversations as held
set prompt_group_size = group_size, is_first_of_prompt = (id_rank = first_rank)
from regrouped where held.prompt_group = regrouped.prompt_group""",
)


def open_connection(version: Version, settings: Settings) -> tuple[duckdb.DuckDBPyConnection, bool]:
    """Connect to a version: its `conversations`, `messages` and `message_facts`, and the macros.

    Returns:
        The connection, and whether the files have the columns that words are looked up in. Those
        that an earlier version of Chatscape wrote do not, nor those of topics and of the map; the
        relation has them nevertheless, all null.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.memory_gb}GB",
        "temp_directory": "",  # Rows must not be spilled into the working directory.
    }
    if settings.threads:
        config["threads"] = settings.threads
    connection = duckdb.connect(config=config)
    for statement in macro_statements():
        connection.execute(statement)
    for table in ("message", "conversation"):
        files = _files(version, f"{table}s")
        connection.execute(f"create view {table}_files as from read_parquet('{files}')")
    description = connection.execute("from conversation_files limit 0").description or []
    present = {name for name, *_ in description}
    wanted = {**dict.fromkeys(_SEARCHABLE, "varchar"), **PROMPT_GROUP_COLUMNS}
    missing = {name: type_ for name, type_ in wanted.items() if name not in present}
    if missing:
        files = _files(version, "conversations")
        columns_now = ", ".join(["*", *(f"null::{missing[name]} as {name}" for name in missing)])
        connection.execute(
            f"create or replace view conversation_files as select {columns_now} "  # noqa: S608
            f"from read_parquet('{files}')"
        )
    connection.execute("create view messages as from message_files")
    connection.execute("create view stored_conversations as from conversation_files")
    connection.execute("create view conversations as from stored_conversations")
    connection.execute(_MESSAGE_FACTS)
    return connection, present.issuperset(_SEARCHABLE)


def _files(version: Version, table: str) -> str:
    """The pattern of a table's files, escaped for a string of SQL."""
    return glob.escape(str(version.table(table))).replace("'", "''") + "/*.parquet"


def name_topics(connection: duckdb.DuckDBPyConnection, names: TopicNames) -> None:
    """Let `conversations` have the names of topics that readers see."""
    connection.execute(
        f"create or replace view conversations as select {names.columns_sql} "  # noqa: S608
        "from stored_conversations"
    )


def load_into_memory(connection: duckdb.DuckDBPyConnection, names: TopicNames) -> None:
    """Copy `conversations` and `message_facts` into memory, with a few columns as enums.

    At 1,000,000 conversations this takes two seconds and 1 GB, and makes a breakdown two to ten
    times as fast as from parquet. Queries that run meanwhile read the parquet files.

    Args:
        connection: the connection of a store.
        names: the names of topics.

    Raises:
        duckdb.OutOfMemoryException: there is no room; the relations are as before.
        duckdb.IOException: the files cannot be read; the relations are as before.
    """
    connection.begin()
    try:
        for column in _ENUM_COLUMNS["conversations"]:
            _create_enum(connection, column, _STORED["conversations"])
        _create_enum(connection, "role", "message_facts")
        for relation, columns in _ENUM_COLUMNS.items():
            casts = ", ".join(f"{column}::{column}_name as {column}" for column in columns)
            connection.execute(
                f"create table held_{relation} as select * replace ({casts}) "  # noqa: S608
                f"from {_STORED[relation]} {_ORDER[relation]}"
            )
        _point_views_at_memory(connection, names)
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()


def apply_tombstones(
    connection: duckdb.DuckDBPyConnection, tombstones: Path, names: TopicNames, *, is_held: bool
) -> list[int]:
    """Leave removed conversations out of every relation, in one transaction.

    Their prompt groups become smaller, as if the conversations had never been there.

    Args:
        connection: the connection of a store.
        tombstones: a parquet file with a column `conversation_id`; ids that the version does not
            have are ignored.
        names: the names of topics.
        is_held: whether `load_into_memory` was done.

    Returns:
        The ranks of the removed conversations of this version, ascending. The relation `regrouped`
        has the prompt groups that became smaller.
    """
    connection.begin()
    try:
        connection.execute(_REMOVED_IDS, {"tombstones": glob.escape(str(tombstones))})
        for statement in _LEAVE_OUT_REMOVED:
            connection.execute(statement)
        if is_held:
            for statement in _LEAVE_OUT_REMOVED_IN_MEMORY:
                connection.execute(statement)
            _point_views_at_memory(connection, names)
        ranks = connection.execute("select id_rank from removed order by id_rank").fetchall()
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()
    return [rank for (rank,) in ranks]


def _point_views_at_memory(connection: duckdb.DuckDBPyConnection, names: TopicNames) -> None:
    for relation, view in _STORED.items():
        connection.execute(f"create or replace view {view} as from held_{relation}")
    name_topics(connection, names)


def _create_enum(connection: duckdb.DuckDBPyConnection, column: str, relation: str) -> None:
    connection.execute(
        f"create type {column}_name as enum (select distinct {column} "  # noqa: S608
        f"from {relation} where {column} is not null order by {column})"
    )
