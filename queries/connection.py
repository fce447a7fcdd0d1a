"""The DuckDB connection behind a store: its tables, its limits."""

import duckdb

from queries.layout import Version
from queries.settings import Settings

_FEW_VALUES = ("model", "language")


def connected(version: Version, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection that knows the relations `conversations` and `messages` of a version.

    `conversations` is kept in memory, with models and languages as enums: at 1,000,000 rows that
    takes a second and 600 MB once, and makes a breakdown two to five times as fast as from parquet.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.memory_gb}GB"
    }
    if settings.threads:
        config["threads"] = settings.threads
    connection = duckdb.connect(config=config)
    _create_view(connection, version, "messages")
    _create_view(connection, version, "conversations")
    if settings.in_memory:
        _load_conversations(connection)
    return connection


def _create_view(connection: duckdb.DuckDBPyConnection, version: Version, table: str) -> None:
    glob = str(version.table(table) / "*.parquet").replace("'", "''")
    connection.execute(f"create view {table} as from read_parquet('{glob}')")


def _load_conversations(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("alter view conversations rename to conversations_on_disk")
    casts = []
    for column in _FEW_VALUES:
        connection.execute(
            f"create type {column}_name as enum (select distinct {column} "  # noqa: S608
            f"from conversations_on_disk where {column} is not null order by {column})"
        )
        casts.append(f"{column}::{column}_name as {column}")
    connection.execute(
        f"create table conversations as select * replace ({', '.join(casts)}) "  # noqa: S608
        "from conversations_on_disk"
    )
