"""The DuckDB connection behind a store: its tables, its limits."""

import glob

import duckdb

from queries.layout import Version
from queries.schema import MESSAGE_FACTS
from queries.settings import Settings

_FEW_VALUES = {
    "conversations": ("model", "language"),
    "message_facts": ("model", "language", "role"),
}
"""The columns of a relation whose values are kept as an enum."""

_ORDER = {"conversations": "", "message_facts": "order by role, highest_level, text_chars"}
"""What is asked for together stands together: a role, high scores, equal lengths."""


def connected(version: Version, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection that knows the relations `conversations` and `messages` of a version."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.memory_gb}GB",
        "temp_directory": "",  # rows that may not leak are not spilled into the folder one is in
    }
    if settings.threads:
        config["threads"] = settings.threads
    connection = duckdb.connect(config=config)
    for table in ("messages", "conversations"):
        files = glob.escape(str(version.table(table))).replace("'", "''")
        connection.execute(f"create view {table} as from read_parquet('{files}/*.parquet')")
    facts = ", ".join(MESSAGE_FACTS)
    connection.execute(f"create view message_facts as select {facts} from messages")  # noqa: S608
    return connection


def hold_in_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `conversations` and `message_facts` relations in memory, with a few columns as enums.

    At 1,000,000 conversations that takes two seconds and 1 GB once, and makes a breakdown two
    to ten times as fast as from parquet. Whoever asks meanwhile is answered from parquet.
    """
    connection.begin()
    try:
        for column in ("model", "language"):
            _create_enum(connection, column, "conversations")
        _create_enum(connection, "role", "message_facts")
        for relation, columns in _FEW_VALUES.items():
            casts = ", ".join(f"{column}::{column}_name as {column}" for column in columns)
            connection.execute(
                f"create table held_{relation} as select * replace ({casts}) "  # noqa: S608
                f"from {relation} {_ORDER[relation]}"
            )
        for relation in _FEW_VALUES:
            connection.execute(f"create or replace view {relation} as from held_{relation}")
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()


def _create_enum(connection: duckdb.DuckDBPyConnection, column: str, relation: str) -> None:
    connection.execute(
        f"create type {column}_name as enum (select distinct {column} "  # noqa: S608
        f"from {relation} where {column} is not null order by {column})"
    )
