"""The audit log: who revealed, exported, removed or ran what, and when.

It outlives every version of a store. It holds ids and arguments, but no text of a conversation.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pandas as pd

from queries.errors import AuditLogError
from queries.observability.log_format import fields
from queries.state.database import EVENTS, open_state
from queries.state.engines import StateError
from queries.store.layout import StorePath

_logger = logging.getLogger(__name__)

COLUMNS = ("at", "who", "what", "of", "count")


def record_event(store_path: StorePath, who: str, what: str, of: str, *, count: int = 1) -> None:
    """Record an event, before it happens. Several processes may record at once.

    Args:
        store_path: the store.
        who: a user or an address.
        what: what is done, e.g. "unmasked".
        of: the id of a conversation, or the arguments of a command.
        count: the number of conversations, messages or rows concerned.

    Raises:
        AuditLogError: the event cannot be recorded.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with _translated_errors():
        open_state(store_path).add(EVENTS, at=at, who=who, what=what, of=of, count=count)
    # Without `of`: the arguments of a command contain what was searched for.
    _logger.info("noted", extra=fields(who=who, what=what, count=count))


def audit_events(store_path: StorePath) -> pd.DataFrame:
    """The events, newest first.

    Returns:
        ``at`` (UTC, ISO 8601), ``who``, ``what``, ``of``, ``count``; no rows if nothing was ever
        recorded.

    Raises:
        AuditLogError: the log exists and cannot be read.
    """
    with _translated_errors():
        events = open_state(store_path).rows(EVENTS, COLUMNS)
    return pd.DataFrame(events, columns=list(COLUMNS))


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn errors of the database into an `AuditLogError`."""
    try:
        yield
    except StateError as error:
        raise AuditLogError(error.place, error.reason, error.remedy) from error
