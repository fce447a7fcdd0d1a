"""Runs SQL statements: a few at once, one per user, each in a worker process started in advance."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Lock, Timer, current_thread

import numpy as np

from queries.errors import UsageError
from queries.filters import Filters
from queries.observability.metrics import STATEMENT_SECONDS, STATEMENTS
from queries.runtime.fair_queue import FairQueue, Requester
from queries.settings import Settings
from queries.sql_console.errors import SqlFailedError, SqlRefusedError
from queries.sql_console.worker_client import Limits, SqlResult, Worker
from queries.store.store import Store

STATEMENTS_AT_ONCE = 2
"""Statements that run at the same time; others wait in a fair queue."""

DEFAULT_LIMITS = Limits()
"""What a statement may use if the caller sets no limits."""

IDLE_SECONDS = 60.0
"""A worker started in advance is stopped after this long without a statement."""

_anonymous = count()


@dataclass(frozen=True, slots=True)
class SqlRequest:
    """A statement, and how much of the texts it may see.

    Attributes:
        sql: one SELECT.
        filters: the conversations in the view `slice`.
        is_uncovered: texts of flagged messages are readable, except those of sexual/minors.
        is_unmasked: contact data and secrets are readable.
    """

    sql: str
    filters: Filters = field(default_factory=Filters)
    is_uncovered: bool = False
    is_unmasked: bool = False


def limits_of(settings: Settings, *, is_operator: bool, is_unlimited: bool = False) -> Limits:
    """The limits for a statement of one user.

    Args:
        settings: the settings of this process.
        is_operator: only an operator may run without a time limit.
        is_unlimited: the user asked for no time limit.
    """
    seconds = 0.0 if is_operator and is_unlimited else settings.sql_seconds
    return Limits(seconds=seconds, memory_gb=settings.sql_memory_gb)


class SqlConsole:
    """Runs statements on versions of a store. Thread-safe."""

    def __init__(self, slots: int = STATEMENTS_AT_ONCE) -> None:
        """Create a console; no worker is started yet.

        Args:
            slots: how many statements may run at the same time.
        """
        self._queue = FairQueue(slots, wait_seconds=None)
        self._lock = Lock()
        self._prestarted: Worker | None = None
        self._idle: Timer | None = None

    def prestart_worker(self, store: Store, limits: Limits = DEFAULT_LIMITS) -> None:
        """Start a worker for the next statement, unless one is ready for this version."""
        with self._lock:
            worker = self._prestarted
            if worker is not None and _is_ready_for(worker, store):
                return
            self._prestarted = Worker(store.version.path, limits.memory_gb)
            self._restart_idle_timer()
        if worker is not None:
            worker.kill()

    def run(
        self,
        store: Store,
        request: SqlRequest,
        limits: Limits = DEFAULT_LIMITS,
        *,
        user: str | None = None,
        on_progress: Callable[[float], None] = lambda _: None,
        on_queued: Callable[[int], None] = lambda _: None,
    ) -> SqlResult:
        """Run a statement. If a callback raises, the statement is stopped.

        Args:
            store: the version to read.
            request: the statement.
            limits: what the statement may use.
            user: who runs it; one user runs one statement at a time. None is a user of its own.
            on_progress: called repeatedly with the seconds the statement has been running.
            on_queued: called repeatedly while it waits, with the number of statements ahead of it.

        Returns:
            The rows, cut at the limits.

        Raises:
            SqlRefusedError: it is not one SELECT over the views, or DuckDB rejects it.
            SqlFailedError: it exceeded its time or memory, or its worker died.
            FilterError: the filters are invalid.
            TombstoneError: the tombstones cannot be read.
        """
        requester = Requester(user or f"anonymous {next(_anonymous)}", on_queued)
        with _recorded():
            mask = store.slice_mask(request.filters)
            ranks = None if mask is None else np.flatnonzero(mask).astype(np.int32).tobytes()
            with self._queue.slot(requester):
                while True:
                    worker = self._take_worker(store, limits)
                    try:
                        return worker.run(_job(request), ranks, limits, on_progress)
                    except (SqlRefusedError, SqlFailedError):
                        if not worker.is_outdated:
                            raise
                    finally:
                        worker.kill()

    def close(self) -> None:
        """Stop the worker started in advance."""
        with self._lock:
            worker, self._prestarted = self._prestarted, None
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.cancel()
            if idle is not current_thread():  # It is the timer that closes an idle console.
                idle.join()
        if worker is not None:
            worker.kill()

    def _take_worker(self, store: Store, limits: Limits) -> Worker:
        """The worker started in advance, if it fits; else a new one."""
        with self._lock:
            worker, self._prestarted = self._prestarted, None
        if worker is not None:
            if _is_ready_for(worker, store):
                return worker
            worker.kill()
        return Worker(store.version.path, limits.memory_gb)

    def _restart_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = Timer(IDLE_SECONDS, self.close)
        self._idle.daemon = True
        self._idle.start()


def _is_ready_for(worker: Worker, store: Store) -> bool:
    is_of_version = worker.version == store.version.path
    return is_of_version and worker.is_alive and not worker.is_outdated


def _job(request: SqlRequest) -> dict[str, object]:
    return {
        "sql": request.sql,
        "is_uncovered": request.is_uncovered,
        "is_unmasked": request.is_unmasked,
    }


@contextmanager
def _recorded() -> Iterator[None]:
    """Record the outcome and the duration of a statement, the wait included, as metrics."""
    outcome, began = "failed", time.perf_counter()
    try:
        yield
        outcome = "ok"
    except UsageError:
        outcome = "refused"
        raise
    except SqlFailedError:
        outcome = "stopped"
        raise
    finally:
        STATEMENTS.labels(outcome).inc()
        STATEMENT_SECONDS.observe(time.perf_counter() - began)
