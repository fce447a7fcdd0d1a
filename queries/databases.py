"""The databases that state is kept in: their addresses, and one engine for each of them.

SQLite and PostgreSQL. No sentence that leaves this module has a password in it.
"""

import os
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from queries.settings import variable

WAIT_SECONDS = 10.0
"""How long a row waits for others that are being written."""

CONNECT_SECONDS = 5
"""How long a server may take to answer."""

NAME = variable("state")

WAY_OUT = f"see that the database runs and that {NAME} is right"
_FORMS = "write it as postgresql://user:password@host/database or sqlite:////folder/file.sqlite"


class StateError(Exception):
    """The database cannot be used; those who ask for it make a sentence of it.

    Attributes:
        place: which one, without name and password.
        reason: why, in words, without the password.
        way_out: what to do; empty for a file of the store's own.
    """

    def __init__(self, place: str, reason: str, way_out: str = "") -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
        self.way_out = way_out


def parsed(text: str) -> sa.URL:
    """The address in a setting; nothing of it is in an error, because a password may be.

    Raises:
        StateError: it is none, or one of a kind that is not known here.
    """
    place = f"the address in {NAME}"
    try:
        address = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise StateError(place, "that is no address of a database", _FORMS) from None
    if text.count("@") > 1:
        raise StateError(place, "it has more than one @", "write one in a password as %40")
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return sa.URL.create("sqlite", database=str(Path(address.database).absolute()))
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+psycopg")
    raise StateError(place, "it names neither PostgreSQL nor a file of SQLite", _FORMS)


def shown(address: sa.URL) -> str:
    """An address without name, password and options."""
    kind, host, port = address.get_backend_name(), address.host, address.port
    plain = sa.URL.create(kind, host=host, port=port, database=address.database)
    return plain.render_as_string()


def reason(said: str, address: sa.URL) -> str:
    """The first sentence of an error, if the password is not in it."""
    secrets = [address.password, *(v for k, v in address.query.items() if "password" in k)]
    if any(str(one) in said for one in secrets if one):
        return "it cannot be reached, or does not accept the name and the password"
    return " ".join(said.partition("\n")[0].split()).rstrip(".") or "unknown reason"


_engines: dict[sa.URL, sa.Engine] = {}
_one_at_a_time = Lock()


def engine(address: sa.URL) -> sa.Engine:
    """The engine of a database, made once in a process.

    Raises:
        ImportError: there is no driver for PostgreSQL.
    """
    with _one_at_a_time:
        if address not in _engines:
            is_file = address.get_backend_name() == "sqlite"
            _engines[address] = _file_engine(address) if is_file else _server_engine(address)
        return _engines[address]


def _file_engine(address: sa.URL) -> sa.Engine:
    def connected() -> sqlite3.Connection:
        name = f"file:{quote(str(address.database))}?mode=rwc"
        file = sqlite3.connect(name, timeout=WAIT_SECONDS, isolation_level=None, uri=True)
        # What is deleted is written over.
        file.execute("pragma secure_delete = on")
        return file

    made = sa.create_engine(
        "sqlite://", creator=connected, poolclass=sa.NullPool, hide_parameters=True
    )

    @sa.event.listens_for(made, "begin")
    def _(connection: sa.Connection) -> None:
        # Who reads first and writes then could not wait for others in between.
        is_writing = connection.get_execution_options().get("is_writing")
        connection.exec_driver_sql("begin immediate" if is_writing else "begin")

    return made


def _server_engine(address: sa.URL) -> sa.Engine:
    wanted: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": CONNECT_SECONDS * 1_000,
        "keepalives_idle": 30,
        "application_name": "chatscape",
    }
    asked = {name: value for name, value in wanted.items() if name not in address.query}
    return sa.create_engine(
        address,
        pool_pre_ping=True,
        pool_timeout=CONNECT_SECONDS,
        hide_parameters=True,
        # A pool of connections in front of the server may not know statements by name.
        connect_args={**asked, "prepare_threshold": None},
    )


def _begin_anew() -> None:
    """A process that was forked leaves the connections to the one that opened them."""
    global _one_at_a_time
    _one_at_a_time = Lock()
    for one in _engines.values():
        one.dispose(close=False)


os.register_at_fork(after_in_child=_begin_anew)
