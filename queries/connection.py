"""The DuckDB connection behind a store: its tables, its limits, and what is left out of them."""

import glob
from pathlib import Path

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

_REMOVED = """
create or replace table removed as
select id_rank, prompt_group from conversation_files
where conversation_id in (select listed.conversation_id from read_parquet($register) as listed)"""

_REGROUPED = """
create or replace table regrouped as
select prompt_group, count(*)::integer as group_size, min(id_rank) as first_rank
from conversation_files
where prompt_group in (select prompt_group from removed)
    and id_rank not in (select id_rank from removed)
group by prompt_group"""
"""Groups of repeats that conversations were taken out of."""

_WITHOUT_REMOVED = (
    "create or replace view messages as from message_files anti join removed using (id_rank)",
    f"create or replace view message_facts as select {', '.join(MESSAGE_FACTS)} from messages",  # noqa: S608
    """
create or replace view conversations as
select files.* replace (
    coalesce(group_size, prompt_group_size) as prompt_group_size,
    coalesce(id_rank = first_rank, is_first_of_prompt) as is_first_of_prompt
)
from conversation_files as files
anti join removed using (id_rank)
left join regrouped using (prompt_group)""",
)

_OUT_OF_MEMORY = (
    "delete from held_message_facts where id_rank in (select id_rank from removed)",
    "delete from held_conversations where id_rank in (select id_rank from removed)",
    """
update held_conversations as held
set prompt_group_size = group_size, is_first_of_prompt = (id_rank = first_rank)
from regrouped where held.prompt_group = regrouped.prompt_group""",
)


def connected(version: Version, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection that knows the relations `conversations` and `messages` of a version."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.memory_gb}GB",
        "temp_directory": "",  # rows that may not leak are not spilled into the folder one is in
    }
    if settings.threads:
        config["threads"] = settings.threads
    connection = duckdb.connect(config=config)
    for table in ("message", "conversation"):
        files = glob.escape(str(version.table(f"{table}s"))).replace("'", "''")
        connection.execute(f"create view {table}_files as from read_parquet('{files}/*.parquet')")
        connection.execute(f"create view {table}s as from {table}_files")
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
        _look_into_memory(connection)
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()


def leave_out(connection: duckdb.DuckDBPyConnection, register: Path, *, is_held: bool) -> list[int]:
    """Take the conversations of the register out of every relation, in one step.

    The groups of repeats that they were in become smaller, as if they had never been there.

    Args:
        connection: whose relations.
        register: a parquet file with their `conversation_id`; others than those of the version may
            be in it.
        is_held: whether `hold_in_memory` was done.

    Returns:
        The ranks of their ids in this version, ascending; the relation `regrouped` has what is left
        of their groups of repeats.
    """
    connection.begin()
    try:
        connection.execute(_REMOVED, {"register": glob.escape(str(register))})
        connection.execute(_REGROUPED)
        for statement in _WITHOUT_REMOVED:
            connection.execute(statement)
        if is_held:
            for statement in _OUT_OF_MEMORY:
                connection.execute(statement)
            _look_into_memory(connection)
        ranks = connection.execute("select id_rank from removed order by id_rank").fetchall()
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()
    return [rank for (rank,) in ranks]


def _look_into_memory(connection: duckdb.DuckDBPyConnection) -> None:
    for relation in _FEW_VALUES:
        connection.execute(f"create or replace view {relation} as from held_{relation}")


def _create_enum(connection: duckdb.DuckDBPyConnection, column: str, relation: str) -> None:
    connection.execute(
        f"create type {column}_name as enum (select distinct {column} "  # noqa: S608
        f"from {relation} where {column} is not null order by {column})"
    )
