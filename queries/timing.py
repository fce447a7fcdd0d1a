"""How long queries and searches take and how they end: counted, and logged where it matters.

The log gets names, milliseconds and rows; never what was asked for, nor what an error says of it.
"""

import logging
import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from queries.errors import LargeQueryError, NotFoundError, SlowQueryError, UsageError
from queries.logs import fields
from queries.metrics import QUERIES, QUERY_SECONDS, SEARCH_SECONDS, SEARCHES

SLOW_SECONDS = 2.0
"""What takes longer is in the log."""

Kind = Literal["query", "search"]
Outcome = Literal["ok", "slow", "large", "refused", "failed"]

_COUNTED = {"query": (QUERIES, QUERY_SECONDS), "search": (SEARCHES, SEARCH_SECONDS)}

Rows = TypeVar("Rows", bound=Sized)

_logger = logging.getLogger(__name__)


@dataclass
class Timing:
    """A question that is being answered.

    Attributes:
        rows: of the answer, once that is known.
    """

    rows: int | None = None

    def counted(self, rows: Rows) -> Rows:
        """The answer, its rows counted."""
        self.rows = len(rows)
        return rows


@contextmanager
def timed(kind: Kind, name: str) -> Iterator[Timing]:
    """Count what is done inside, by its name, its outcome and how long it took.

    Args:
        kind: what it is.
        name: of a query, or the mode of a search; one of few, never a value.
    """
    timing = Timing()
    outcome: Outcome = "failed"
    began = time.perf_counter()
    try:
        yield timing
        outcome = "ok"
    except BaseException as error:
        outcome = _outcome(error)
        raise
    finally:
        seconds = time.perf_counter() - began
        ended, latency = _COUNTED[kind]
        ended.labels(name, outcome).inc()
        latency.labels(name).observe(seconds)
        if seconds >= SLOW_SECONDS or outcome not in ("ok", "refused"):
            _log(kind, name, outcome, seconds, timing.rows)


def _outcome(error: BaseException) -> Outcome:
    match error:
        case SlowQueryError():
            return "slow"
        case LargeQueryError():
            return "large"
        case UsageError() | NotFoundError():
            return "refused"
    return "failed"


def _log(kind: Kind, name: str, outcome: Outcome, seconds: float, rows: int | None) -> None:
    said: dict[str, str | float] = {"name": name, "outcome": outcome}
    said["milliseconds"] = round(seconds * 1000)
    if rows is not None:
        said["rows"] = rows
    _logger.warning("slow %s" if outcome == "ok" else "%s failed", kind, extra=fields(**said))
