"""Asking the SQL console in tests."""

from queries.console.asking import Console, Question
from queries.console.process import Answered
from queries.store import Store


def answered(console: Console, store: Store, sql: str, **how: object) -> Answered:
    return console.ask(store, Question(sql, **how))  # type: ignore[arg-type]


def rows(console: Console, store: Store, sql: str, **how: object) -> list[tuple]:
    found = answered(console, store, sql, **how).rows
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))
