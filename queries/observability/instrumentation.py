"""Measures the duration and outcome of queries and searches, and logs slow and failed ones.

The log gets names, milliseconds and row counts; never the text of a query or of an error.
"""

import logging
import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from queries.errors import LargeQueryError, NotFoundError, SlowQueryError, UsageError
from queries.observability.log_format import fields
from queries.observability.metrics import QUERIES, QUERY_SECONDS, SEARCH_SECONDS, SEARCHES

SLOW_SECONDS = 2.0
"""Queries and searches that take longer are logged."""

Operation = Literal["query", "search"]
Outcome = Literal["ok", "slow", "large", "refused", "failed"]

_METRICS = {"query": (QUERIES, QUERY_SECONDS), "search": (SEARCHES, SEARCH_SECONDS)}

SizedRows = TypeVar("SizedRows", bound=Sized)

_logger = logging.getLogger(__name__)


@dataclass
class Timing:
    """A running query or search.

    Attributes:
        rows: the number of rows of the result, once it is known.
    """

    rows: int | None = None

    def with_row_count(self, rows: SizedRows) -> SizedRows:
        """Record the number of rows of the result, and return the result."""
        self.rows = len(rows)
        return rows


@contextmanager
def instrumented(operation: Operation, name: str) -> Iterator[Timing]:
    """Record the duration and the outcome of the block as metrics.

    Args:
        operation: what the block does.
        name: the name of the query, or the mode of the search: one of few, never a value.
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
        ended, latency = _METRICS[operation]
        ended.labels(name, outcome).inc()
        latency.labels(name).observe(seconds)
        if seconds >= SLOW_SECONDS or outcome not in ("ok", "refused"):
            _log(operation, name, outcome, seconds, timing.rows)


def _outcome(error: BaseException) -> Outcome:
    match error:
        case SlowQueryError():
            return "slow"
        case LargeQueryError():
            return "large"
        case UsageError() | NotFoundError():
            return "refused"
    return "failed"


def _log(
    operation: Operation, name: str, outcome: Outcome, seconds: float, rows: int | None
) -> None:
    event: dict[str, str | float] = {"name": name, "outcome": outcome}
    event["milliseconds"] = round(seconds * 1000)
    if rows is not None:
        event["rows"] = rows
    _logger.warning("slow %s" if outcome == "ok" else "%s failed", operation, extra=fields(**event))
