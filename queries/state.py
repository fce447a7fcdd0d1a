"""The database of what people write: the log, and who accepted the licence.

It is a SQLite file of the store's own, or what `CHATSCAPE_STATE` names: a database that several
processes and stores may share. There the rows of a store carry its identity. It holds no text of
a conversation but what somebody typed as a reason or as an argument.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from queries import databases
from queries.databases import StateError
from queries.layout import StorePath, is_writable
from queries.settings import Settings

_NEW_TABLES = 7_170_417
"""The lock under which the tables are made in PostgreSQL."""

_TABLES = sa.MetaData()


def _table(name: str, *columns: "sa.Column[Any]") -> sa.Table:
    """A table of rows that are added and never changed.

    In a store's own file `store` is empty. Files of before have neither it nor `id`: there neither
    may be named.
    """
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    number = sa.Column("id", kind, sa.Identity(), primary_key=True)
    store = sa.Column("store", sa.Text, nullable=False, server_default="", index=True)
    return sa.Table(name, _TABLES, number, store, *columns)


EVENTS = _table(
    "events",
    *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "who", "what", "of")),
    sa.Column("count", sa.BigInteger, nullable=False),
)
"""What was done with the data: see `queries.access_log`."""

ACCEPTANCES = _table(
    "acceptances",
    sa.Column("terms_version", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("accepted_at", "accepted_by")),
)
"""Who accepted the licence, and when (UTC)."""


@dataclass(frozen=True, slots=True)
class State:
    """The rows of one store in the database.

    Attributes:
        store: the store.
        address: of the database.
        place: the same in words, without name and password.
        is_shared: whether other stores may have rows there.
    """

    store: StorePath
    address: sa.URL
    place: str
    is_shared: bool

    def add(self, table: sa.Table, **values: str | int) -> None:
        """Write a row; it is on disk when this returns. Safe from several processes at once.

        Raises:
            StateError: it cannot be written; then there is no such row.
        """
        with self._said():
            if self.is_shared:
                values["store"] = self.store.made_identity()
            else:
                self.store.state_path.mkdir(parents=True, exist_ok=True)
            # PostgreSQL has no text with this character.
            row = {k: v.replace("\0", "␀") if isinstance(v, str) else v for k, v in values.items()}
            with self._begun(is_writing=True) as connection:
                if missing := _missing(connection):
                    _make(connection, missing)
                connection.execute(sa.insert(table).values(row))

    def rows(self, table: sa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The values of some columns, newest row first; none where nothing was ever written.

        Raises:
            StateError: the database is there and cannot be read.
        """
        with self._said():
            identity = self._identity()
            if identity is None:
                return []
            with self._begun() as connection:
                if table.name in _missing(connection):
                    return []
                is_file = self.address.get_backend_name() == "sqlite"
                number = sa.literal_column("rowid") if is_file else table.c["id"]
                wanted = sa.select(*(table.c[name] for name in names)).order_by(number.desc())
                if self.is_shared:
                    wanted = wanted.where(table.c.store == identity)
                return [tuple(row) for row in connection.execute(wanted)]

    def check(self) -> None:
        """Look whether a row could be written, without writing one.

        Raises:
            StateError: it could not.
        """
        with self._said():
            if self.is_shared and self.store.identity() is not None:
                with self._begun() as connection:
                    connection.execute(sa.select(1))
            elif not is_writable(self.store.state_path):
                raise PermissionError(errno.EACCES, "the folder state of the store is read-only")

    def forget(self, identity: str) -> int:
        """Delete what a shared database has of a store.

        Args:
            identity: of the store, which may be gone.

        Returns:
            The number of rows.

        Raises:
            StateError: they cannot be deleted; then all are there.
        """
        with self._said(), self._begun(is_writing=True) as connection:
            missing = _missing(connection)
            there = [table for table in _TABLES.sorted_tables if table.name not in missing]
            wanted = [sa.delete(table).where(table.c.store == identity) for table in there]
            return sum(connection.execute(one).rowcount for one in wanted)

    def identity(self) -> str | None:
        """What the rows of the store carry in a shared database; nothing where it has none there.

        Raises:
            StateError: it cannot be told.
        """
        with self._said():
            return self._identity() if self.is_shared else None

    def texts(self) -> Iterator[str]:
        """Every text in the rows of the store.

        Raises:
            StateError: the database is there and cannot be read.
        """
        for table in _TABLES.sorted_tables:
            names = [column.name for column in table.c if isinstance(column.type, sa.Text)]
            for row in self.rows(table, [name for name in names if name != "store"]):
                yield from row

    def _identity(self) -> str | None:
        """What its rows carry; nothing where it cannot have any."""
        if self.is_shared:
            return self.store.identity()
        return "" if Path(self.address.database or "").exists() else None

    @contextmanager
    def _begun(self, *, is_writing: bool = False) -> Iterator[sa.Connection]:
        """A transaction, which ends with the block."""
        engine = databases.engine(self.address).execution_options(is_writing=is_writing)
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Whatever the server is set to, a row that was noted survives its fall.
                kept = "case current_setting('synchronous_commit') when 'off' then 'on'"
                connection.exec_driver_sql(
                    f"select set_config('statement_timeout', '{databases.WAIT_SECONDS:g}s', true),"
                    f" set_config('synchronous_commit',"
                    f" {kept} else current_setting('synchronous_commit') end, true)"
                )
            yield connection

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What goes wrong with the database, in words."""
        way_out = databases.WAY_OUT if self.is_shared else ""
        try:
            yield
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            reason = databases.reason(str(cause), self.address)
            raise StateError(self.place, reason, way_out) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            if error.filename and error.filename != self.address.database:
                why = f"{error.filename}: {why}"
            raise StateError(self.place, why) from error
        except ValueError as error:
            raise StateError(
                self.place, databases.reason(str(error), self.address), way_out
            ) from error
        except ImportError as error:
            reason = "the driver for PostgreSQL is not installed"
            install = 'install it with: pip install "chatscape[postgres]"'
            raise StateError(self.place, reason, install) from error


def state_of(store: StorePath) -> State:
    """The database that the settings name, or the file of the store's own.

    Raises:
        StateError: the setting is no address of a database, or is forgotten.
        UsageError: another setting is not of the right kind.
    """
    text = Settings.from_env().state
    if text:
        address = databases.parsed(text)
        return State(store, address, databases.shown(address), is_shared=True)
    path = store.state_path / "log.sqlite"
    if store.identity_path.exists():
        # Else somebody who forgets the setting would write where nobody looks.
        raise StateError(
            str(path),
            "this store keeps it in a database that stores share",
            f"set {databases.NAME} to that database, or delete {store.identity_path} to keep it in "
            "the store from now on",
        )
    address = sa.URL.create("sqlite", database=str(path.absolute()))
    return State(store, address, str(path), is_shared=False)


def _missing(connection: sa.Connection) -> set[str]:
    """The names of the tables that are not there yet."""
    return set(_TABLES.tables).difference(sa.inspect(connection).get_table_names())


def _make(connection: sa.Connection, missing: set[str]) -> None:
    if connection.dialect.name == "postgresql":
        # Two who make a table at once: the second fails, whether it says "if not exists" or not.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_NEW_TABLES)))
    tables = [table for table in _TABLES.sorted_tables if table.name in missing]
    _TABLES.create_all(connection, tables)
