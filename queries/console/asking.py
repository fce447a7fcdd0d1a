"""Asking SQL: one statement a person at a time, few at once, each in a process that is ready."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition, Timer

import numpy as np

from queries.console.errors import SqlFailedError
from queries.console.process import BEAT_SECONDS, Answered, Limits, Worker
from queries.errors import UsageError
from queries.filters import Filters
from queries.metrics import STATEMENT_SECONDS, STATEMENTS
from queries.settings import Settings
from queries.store import Store

AT_ONCE = 2
"""Statements that run at the same time; others wait for their turn."""

USUAL = Limits()
"""What a statement may take, if nothing else is said."""

IDLE_SECONDS = 60.0
"""A process that is ready for the next statement is ended when none comes for so long."""


@dataclass(frozen=True, slots=True)
class Question:
    """A statement, and how texts are given in what it reads.

    Attributes:
        sql: one SELECT.
        filters: what the view `slice` keeps.
        is_uncovered: texts of flagged messages are there; never those of sexual/minors.
        is_unmasked: contact data is there.
    """

    sql: str
    filters: Filters = field(default_factory=Filters)
    is_uncovered: bool = False
    is_unmasked: bool = False


def limits_of(settings: Settings, *, is_operator: bool, is_unlimited: bool = False) -> Limits:
    """What a statement of somebody may take.

    Args:
        settings: of this process.
        is_operator: only an operator may ask without a limit of time.
        is_unlimited: it was asked for that.
    """
    seconds = 0.0 if is_operator and is_unlimited else settings.sql_seconds
    return Limits(seconds=seconds, memory_gb=settings.sql_memory_gb)


@contextmanager
def _counted() -> Iterator[None]:
    """Count a statement, by how it ends and how long it takes."""
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


def nothing(_: float) -> None:
    """What is done while one waits, if nothing is."""


class Console:
    """Runs statements on versions of a store. Safe to share between threads."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Begin without any process.

        Args:
            at_once: statements that may run at the same time.
        """
        self._free = at_once
        self._waiting: list[object] = []
        self._changed = Condition()
        self._ready: Worker | None = None
        self._idle: Timer | None = None

    def make_ready(self, store: Store, limits: Limits = USUAL) -> None:
        """Start a process for the next statement, if none is ready for this version."""
        with self._changed:
            ready = self._ready
            if ready is not None and ready.version == store.version.path and ready.is_alive:
                return
            self._ready = Worker(store.version.path, limits.memory_gb)
            self._expire()
        if ready is not None:
            ready.end()

    def ask(
        self,
        store: Store,
        question: Question,
        limits: Limits = USUAL,
        *,
        beat: Callable[[float], None] = nothing,
        queued: Callable[[int], None] | None = None,
    ) -> Answered:
        """Run a statement.

        Args:
            store: the version that it reads.
            question: the statement.
            limits: what it may take.
            beat: called again and again with the seconds that it has been running.
            queued: called again and again while it waits, with how many are before it.

        Returns:
            Its rows, at most as many as the limits say.

        Raises:
            SqlRefusedError: it is not one SELECT over the views, or DuckDB cannot run it.
            SqlFailedError: it took too long or too much memory, or its process ended.
            FilterError: the filters cannot be.
            RegisterError: what was removed cannot be told.
        """
        with _counted():
            return self._asked(store, question, limits, beat, queued)

    def _asked(
        self,
        store: Store,
        question: Question,
        limits: Limits,
        beat: Callable[[float], None],
        queued: Callable[[int], None] | None,
    ) -> Answered:
        mask = store.mask(question.filters)
        ranks = None if mask is None else np.flatnonzero(mask).astype(np.int32).tobytes()
        self._take_turn(queued)
        try:
            worker = self._worker(store, limits)
            try:
                job = {
                    "sql": question.sql,
                    "is_uncovered": question.is_uncovered,
                    "is_unmasked": question.is_unmasked,
                }
                return worker.ask(job, ranks, limits, beat)
            finally:
                worker.end()
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def close(self) -> None:
        """End the process that is ready."""
        with self._changed:
            ready, self._ready = self._ready, None
            if self._idle is not None:
                self._idle.cancel()
        if ready is not None:
            ready.end()

    def _take_turn(self, queued: Callable[[int], None] | None) -> None:
        """Wait until few enough run, first come, first served."""
        me = object()
        with self._changed:
            self._waiting.append(me)
        try:
            while True:
                with self._changed:
                    before = self._waiting.index(me)
                    if before < self._free:
                        self._free -= 1
                        return
                    self._changed.wait(BEAT_SECONDS)
                if queued is not None:
                    queued(before + 1)
        finally:
            with self._changed:
                with suppress(ValueError):
                    self._waiting.remove(me)
                self._changed.notify_all()

    def _worker(self, store: Store, limits: Limits) -> Worker:
        with self._changed:
            ready, self._ready = self._ready, None
        if ready is not None:
            if ready.version == store.version.path and ready.is_alive:
                return ready
            ready.end()
        return Worker(store.version.path, limits.memory_gb)

    def _expire(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = Timer(IDLE_SECONDS, self.close)
        self._idle.daemon = True
        self._idle.start()
