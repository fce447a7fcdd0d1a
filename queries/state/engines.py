"""The engines of the state database, SQLite or PostgreSQL: one per URL.

No message from this module contains a password.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from queries.settings import variable

LOCK_WAIT_SECONDS = 10.0
"""How long an insert waits for the locks of others."""

CONNECT_SECONDS = 5
"""The timeout for connecting to a server, in seconds."""

NAME = variable("state")

REMEDY = f"check that the database is running and that {NAME} is correct"
_FORMS = "write it as postgresql://user:password@host/database or sqlite:////folder/file.sqlite"


class StateError(Exception):
    """The database cannot be used. Callers turn it into an error with a whole sentence.

    Attributes:
        place: the URL or path of the database, without user name and password.
        reason: why, in words, without the password.
        remedy: what to do; empty for a file in the store.
    """

    def __init__(self, place: str, reason: str, remedy: str = "") -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
        self.remedy = remedy


def parse_address(text: str) -> sa.URL:
    """The database URL in a setting. Errors do not quote it, because it may hold a password.

    Raises:
        StateError: it is not the URL of a SQLite or PostgreSQL database.
    """
    place = f"the address in {NAME}"
    try:
        address = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise StateError(place, "it is not the URL of a database", _FORMS) from None
    if text.count("@") > 1:
        raise StateError(place, "it has more than one @", "write an @ in a password as %40")
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return sa.URL.create("sqlite", database=str(Path(address.database).absolute()))
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+psycopg")
    raise StateError(place, "it is neither PostgreSQL nor a SQLite file", _FORMS)


def display_address(address: sa.URL) -> str:
    """A URL without user name, password and options."""
    kind, host, port = address.get_backend_name(), address.host, address.port
    plain = sa.URL.create(kind, host=host, port=port, database=address.database)
    return plain.render_as_string()


def short_reason(message: str, address: sa.URL) -> str:
    """The first line of an error message, unless it contains the password."""
    secrets = [address.password, *(v for k, v in address.query.items() if "password" in k)]
    if any(str(secret) in message for secret in secrets if secret):
        return "it cannot be reached, or rejects the user name or password"
    return " ".join(message.partition("\n")[0].split()).rstrip(".") or "unknown reason"


_engines: dict[sa.URL, sa.Engine] = {}
_lock = Lock()


def engine(address: sa.URL) -> sa.Engine:
    """The engine for a URL, created once per process.

    Raises:
        ImportError: the driver for PostgreSQL is not installed.
    """
    with _lock:
        if address not in _engines:
            is_file = address.get_backend_name() == "sqlite"
            _engines[address] = _file_engine(address) if is_file else _server_engine(address)
        return _engines[address]


def _file_engine(address: sa.URL) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        name = f"file:{quote(str(address.database))}?mode=rwc"
        file = sqlite3.connect(name, timeout=LOCK_WAIT_SECONDS, isolation_level=None, uri=True)
        # Overwrite deleted rows with zeros.
        file.execute("pragma secure_delete = on")
        return file

    engine = sa.create_engine(
        "sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True
    )

    @sa.event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        # A transaction that reads first and then writes cannot wait for the lock of another.
        is_writing = connection.get_execution_options().get("is_writing")
        connection.exec_driver_sql("begin immediate" if is_writing else "begin")

    return engine


def file_problem(path: Path) -> str | None:
    """Why a SQLite file cannot be read, without waiting for locks; None if it can."""
    try:
        name = f"file:{quote(str(path))}?mode=ro"
        with closing(sqlite3.connect(name, timeout=0, uri=True)) as file:
            file.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None


def _server_engine(address: sa.URL) -> sa.Engine:
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": CONNECT_SECONDS * 1_000,
        "keepalives_idle": 30,
        "application_name": "chatscape",
    }
    options = {name: value for name, value in defaults.items() if name not in address.query}
    return sa.create_engine(
        address,
        pool_pre_ping=True,
        pool_timeout=CONNECT_SECONDS,
        hide_parameters=True,
        # Connection poolers such as PgBouncer may not support prepared statements.
        connect_args={**options, "prepare_threshold": None},
    )


def _reset_after_fork() -> None:
    """Leave the connections to the parent process that opened them."""
    global _lock
    _lock = Lock()
    for engine in _engines.values():
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_reset_after_fork)
