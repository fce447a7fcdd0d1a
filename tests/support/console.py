"""Asking the SQL console in tests."""

from queries.sql_console.console import SqlConsole, SqlRequest
from queries.sql_console.worker_client import SqlResult
from queries.store.store import Store


def answered(console: SqlConsole, store: Store, sql: str, **how: object) -> SqlResult:
    return console.run(store, SqlRequest(sql, **how))  # type: ignore[arg-type]


def rows(console: SqlConsole, store: Store, sql: str, **how: object) -> list[tuple]:
    table = answered(console, store, sql, **how).rows
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
