"""The DuckDB connection behind a store: its tables, its limits."""

import glob

import duckdb

from queries.layout import Version
from queries.settings import Settings

_FEW_VALUES = ("model", "language")


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
    return connection


def hold_conversations(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `conversations` a relation in memory, with models and languages as enums.

    At 1,000,000 rows that takes a second and 700 MB once, and makes a breakdown two to five times
    as fast as from parquet. Whoever asks meanwhile is answered from parquet.
    """
    casts = ", ".join(f"{column}::{column}_name as {column}" for column in _FEW_VALUES)
    connection.begin()
    try:
        for column in _FEW_VALUES:
            connection.execute(
                f"create type {column}_name as enum (select distinct {column} "  # noqa: S608
                f"from conversations where {column} is not null order by {column})"
            )
        connection.execute(
            f"create table held_conversations as select * replace ({casts}) "  # noqa: S608
            "from conversations"
        )
        connection.execute("create or replace view conversations as from held_conversations")
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()
