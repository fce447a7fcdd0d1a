"""The state database: the audit log, and the acceptance of the licence.

It is a SQLite file in the store, or the database in `CHATSCAPE_STATE`, which several processes and
stores may share. In a shared database, the rows of a store carry its identity. It holds no text of
a conversation, except what a user typed as a reason or an argument.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from queries.settings import Settings
from queries.state import engines
from queries.state.engines import StateError
from queries.store.atomic_files import write_problem
from queries.store.layout import StorePath

_NEW_TABLES = 7_170_417
"""The PostgreSQL advisory lock for creating the tables."""

_TABLES = sa.MetaData()


def _table(name: str, *columns: "sa.Column[Any]") -> sa.Table:
    """An append-only table.

    In the file of a store, `store` is empty. Files of older releases have neither `store` nor `id`,
    so statements on a file must name neither.
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
"""The audit log: see `queries.state.audit_log`."""

ACCEPTANCES = _table(
    "acceptances",
    sa.Column("terms_version", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("accepted_at", "accepted_by")),
)
"""Who accepted the licence, and when (UTC)."""


@dataclass(frozen=True, slots=True)
class StateDatabase:
    """The rows of one store in the state database.

    Attributes:
        store: the store.
        address: the URL of the database.
        place: the URL or path for messages, without user name and password.
        is_shared: whether other stores may have rows in it.
    """

    store: StorePath
    address: sa.URL
    place: str
    is_shared: bool

    def add(self, table: sa.Table, **values: str | int) -> None:
        """Insert a row durably. Several processes may insert at once.

        Raises:
            StateError: the row cannot be inserted.
        """
        with self._translated_errors():
            if self.is_shared:
                values["store"] = self.store.ensure_identity()
            else:
                self.store.state_path.mkdir(parents=True, exist_ok=True)
            # PostgreSQL cannot store this character.
            row = {k: v.replace("\0", "␀") if isinstance(v, str) else v for k, v in values.items()}
            with self._begin(is_writing=True) as connection:
                if missing := _missing(connection):
                    _create(connection, missing)
                connection.execute(sa.insert(table).values(row))

    def rows(self, table: sa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The values of some columns, newest row first; none if nothing was ever inserted.

        Raises:
            StateError: the database exists and cannot be read.
        """
        with self._translated_errors():
            identity = self._identity()
            if identity is None:
                return []
            with self._begin() as connection:
                if table.name in _missing(connection):
                    return []
                is_file = self.address.get_backend_name() == "sqlite"
                number = sa.literal_column("rowid") if is_file else table.c["id"]
                select = sa.select(*(table.c[name] for name in names)).order_by(number.desc())
                if self.is_shared:
                    select = select.where(table.c.store == identity)
                return [tuple(row) for row in connection.execute(select)]

    def check(self) -> None:
        """Check that a row could be inserted, without inserting one.

        Raises:
            StateError: it could not.
        """
        with self._translated_errors():
            if self.is_shared and self.store.identity() is not None:
                with self._begin() as connection:
                    connection.execute(sa.select(1))
            elif why := write_problem(self.store.state_path):
                raise OSError(errno.EIO, f"nothing can be written to the folder state ({why})")

    def file_problem(self) -> str | None:
        """Why the file in the store cannot be read at this moment, without waiting for locks.

        Returns:
            The reason, e.g. that it is damaged or locked; None if it can be read, does not exist,
            or the rows are in a shared database.
        """
        path = Path(self.address.database or "")
        if self.is_shared or not path.exists():
            return None
        return engines.file_problem(path)

    def delete_rows(self, identity: str) -> int:
        """Delete the rows of a store from a shared database.

        Args:
            identity: the identity of the store, which may no longer exist.

        Returns:
            The number of deleted rows.

        Raises:
            StateError: they cannot be deleted; then none is.
        """
        with self._translated_errors(), self._begin(is_writing=True) as connection:
            missing = _missing(connection)
            tables = [table for table in _TABLES.sorted_tables if table.name not in missing]
            deletes = [sa.delete(table).where(table.c.store == identity) for table in tables]
            return sum(connection.execute(delete).rowcount for delete in deletes)

    def identity(self) -> str | None:
        """The identity of the store in a shared database; None if it has no rows there.

        Raises:
            StateError: the identity cannot be read.
        """
        with self._translated_errors():
            return self._identity() if self.is_shared else None

    def texts(self) -> Iterator[str]:
        """Every text in the rows of the store.

        Raises:
            StateError: the database exists and cannot be read.
        """
        for table in _TABLES.sorted_tables:
            names = [column.name for column in table.c if isinstance(column.type, sa.Text)]
            for row in self.rows(table, [name for name in names if name != "store"]):
                yield from row

    def _identity(self) -> str | None:
        """The identity in the rows of the store; None if it has no rows."""
        if self.is_shared:
            return self.store.identity()
        return "" if Path(self.address.database or "").exists() else None

    @contextmanager
    def _begin(self, *, is_writing: bool = False) -> Iterator[sa.Connection]:
        """A transaction that commits at the end of the block."""
        engine = engines.engine(self.address).execution_options(is_writing=is_writing)
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # An inserted row must survive a crash of the server, whatever its settings.
                durable = "case current_setting('synchronous_commit') when 'off' then 'on'"
                connection.exec_driver_sql(
                    f"select set_config('statement_timeout', '{engines.LOCK_WAIT_SECONDS:g}s',"
                    f" true), set_config('synchronous_commit',"
                    f" {durable} else current_setting('synchronous_commit') end, true)"
                )
            yield connection

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turn errors of the driver and the file system into a `StateError`."""
        remedy = engines.REMEDY if self.is_shared else ""
        try:
            yield
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            reason = engines.short_reason(str(cause), self.address)
            raise StateError(self.place, reason, remedy) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            if error.filename and error.filename != self.address.database:
                why = f"{error.filename}: {why}"
            raise StateError(self.place, why) from error
        except ValueError as error:
            raise StateError(
                self.place, engines.short_reason(str(error), self.address), remedy
            ) from error
        except ImportError as error:
            reason = "the driver for PostgreSQL is not installed"
            install = 'install it with: pip install "chatscape[postgres]"'
            raise StateError(self.place, reason, install) from error


def open_state(store: StorePath) -> StateDatabase:
    """The database in the settings, or the file in the store.

    Raises:
        StateError: the setting is not the URL of a database, or it is missing although this store
            keeps its state in a shared database.
        UsageError: another setting is invalid.
    """
    text = Settings.from_env().state
    if text:
        address = engines.parse_address(text)
        return StateDatabase(store, address, engines.display_address(address), is_shared=True)
    path = store.state_path / "log.sqlite"
    if store.identity_path.exists():
        # Without the setting, events would go to a file that nobody reads.
        raise StateError(
            str(path),
            "this store keeps its state in a shared database",
            f"set {engines.NAME} to that database, or delete {store.identity_path} to keep it in "
            "the store from now on",
        )
    address = sa.URL.create("sqlite", database=str(path.absolute()))
    return StateDatabase(store, address, str(path), is_shared=False)


def _missing(connection: sa.Connection) -> set[str]:
    """The names of the tables that do not exist yet."""
    return set(_TABLES.tables).difference(sa.inspect(connection).get_table_names())


def _create(connection: sa.Connection, missing: set[str]) -> None:
    if connection.dialect.name == "postgresql":
        # Of two sessions that create a table at once, one fails even with "if not exists".
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_NEW_TABLES)))
    tables = [table for table in _TABLES.sorted_tables if table.name in missing]
    _TABLES.create_all(connection, tables)
