"""Who saw contact data and when: a log that outlives every version of a store.

It names conversations and arguments, and holds no text of a conversation.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pandas as pd

from queries.databases import StateError
from queries.errors import LogError
from queries.layout import StorePath
from queries.logs import fields
from queries.state import EVENTS, state_of

_logger = logging.getLogger(__name__)

COLUMNS = ("at", "who", "what", "of", "count")


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
    with _said():
        state_of(store_path).add(EVENTS, at=at, who=who, what=what, of=of, count=count)
    # Not of what: arguments of a command hold what was searched for.
    _logger.info("noted", extra=fields(who=who, what=what, count=count))


def noted(store_path: StorePath) -> pd.DataFrame:
    """The events, newest first.

    Returns:
        ``at`` (UTC, ISO 8601), ``who``, ``what``, ``of``, ``count``; no rows where nothing was
        ever noted.

    Raises:
        LogError: the log is there and cannot be read.
    """
    with _said():
        events = state_of(store_path).rows(EVENTS, COLUMNS)
    return pd.DataFrame(events, columns=list(COLUMNS))


@contextmanager
def _said() -> Iterator[None]:
    """What goes wrong with the database, as a sentence."""
    try:
        yield
    except StateError as error:
        raise LogError(error.place, error.reason, error.way_out) from error
