"""Who saw contact data and when: a log in the store's `state/`, which outlives every version.

It names conversations and arguments, and holds no text of a conversation.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from queries.errors import LogError
from queries.layout import StorePath

WAIT_SECONDS = 10.0
"""How long an event waits for others that are being written."""

COLUMNS = ("at", "who", "what", "of", "count")

_TABLE = """
create table if not exists events (
    "at" text not null, who text not null, what text not null,
    "of" text not null, "count" integer not null
)"""


def note(store_path: StorePath, who: str, what: str, of: str, *, count: int = 1) -> None:
    """Write an event down, before what it is about happens. Safe from several processes at once.

    Args:
        store_path: the store.
        who: a person or an address.
        what: what is done, e.g. "unmasked".
        of: the id of a conversation, or the arguments of a command.
        count: conversations, messages or rows that it is done to.

    Raises:
        LogError: it cannot be written down.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    path = _path(store_path)
    with _said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_opened(path, "rwc")) as log:
            log.execute("begin immediate")
            log.execute(_TABLE)
            log.execute("insert into events values (?, ?, ?, ?, ?)", (at, who, what, of, count))
            log.execute("commit")


def noted(store_path: StorePath) -> pd.DataFrame:
    """The events, newest first.

    Returns:
        ``at`` (UTC, ISO 8601), ``who``, ``what``, ``of``, ``count``; no rows where nothing was
        ever noted.

    Raises:
        LogError: the log is there and cannot be read.
    """
    path = _path(store_path)
    events: list[tuple[str, str, str, str, int]] = []
    with _said(path):
        if path.exists():
            with closing(_opened(path, "rw")) as log:
                # A writer that stopped between making the file and its table left an empty one.
                if log.execute("select 1 from sqlite_master where name = 'events'").fetchone():
                    events = log.execute("select * from events order by rowid desc").fetchall()
    return pd.DataFrame(events, columns=list(COLUMNS))


def _path(store_path: StorePath) -> Path:
    return store_path.state_path / "log.sqlite"


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    """A connection of this call alone; transactions begin and end where they are written."""
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(address, timeout=WAIT_SECONDS, isolation_level=None, uri=True)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """What goes wrong with the file, as a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise LogError(path, str(error)) from error
    except OSError as error:
        raise LogError(path, error.strerror or type(error).__name__) from error
