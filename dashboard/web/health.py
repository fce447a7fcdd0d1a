"""The health check: whether the dashboard can show the data, for whatever supervises it."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from queries import __version__

HEALTH_PATH = "/healthz"
"""Path of the health check. It needs no sign-in."""

CACHE_SECONDS = 1.0
"""How long a result is reused, so that frequent checks do not slow the dashboard down."""

TIMEOUT_SECONDS = 2.0
"""How long to wait for the store."""

HealthFacts = dict[str, Any]

_logger = logging.getLogger(__name__)


class HealthCheck:
    """Caches the result of a check. One check runs at a time, however many requests come."""

    def __init__(self, check: Callable[[], HealthFacts]) -> None:
        """Start without a result.

        Args:
            check: returns facts with a ``status``, which is ``ok`` if the data can be shown.
        """
        self._check = check
        self._running: asyncio.Task[HealthFacts] | None = None
        self._facts: HealthFacts = {}
        self._checked_at = -CACHE_SECONDS

    async def facts(self) -> HealthFacts:
        """The facts, at most `CACHE_SECONDS` old; a problem if the store does not answer."""
        if time.monotonic() - self._checked_at < CACHE_SECONDS:
            return self._facts
        if self._running is None:
            self._running = asyncio.create_task(asyncio.to_thread(self._check))
        running = self._running
        done, _ = await asyncio.wait({running}, timeout=TIMEOUT_SECONDS)
        if not done:
            return problem(f"The store did not answer within {TIMEOUT_SECONDS:g} s.")
        if self._running is running:
            self._running = None
            self._facts, self._checked_at = running.result(), time.monotonic()
        return self._facts


def problem(sentence: str) -> HealthFacts:
    """The facts where the data cannot be shown."""
    return {"status": "unavailable", "chatscape_version": __version__, "problem": sentence}


def check_health() -> HealthFacts:
    """Whether the live version can be shown, which one it is, and how much memory is used."""
    # Imported late: the server answers its first request before all of the dashboard is imported.
    from dashboard import streamlit_internals
    from dashboard.process import open_stores
    from queries.runtime.memory_limits import GIGABYTE, container_limit_bytes, process_bytes
    from queries.state.database import open_state
    from queries.store.readiness import NotReady, readiness
    from queries.store.relations import Snapshot

    path = open_stores.store_path()
    try:
        ready = readiness(
            path, lambda live: open_stores.shared_store(path.path, Snapshot(live.name, ""))
        )
    except NotReady as error:
        _log_once(str(error), error.__cause__)
        return problem(str(error))
    _last_logged.clear()
    return {
        "status": "ok",
        "chatscape_version": __version__,
        "version": ready.version,
        "has_index": ready.has_index,
        "can_write_state": ready.can_write_state and open_state(path).file_problem() is None,
        "duckdb_memory_limit_bytes": int(open_stores.settings().memory_gb * GIGABYTE),
        "duckdb_memory_bytes": ready.duckdb_bytes,
        "process_memory_bytes": process_bytes(),
        "container_memory_limit_bytes": container_limit_bytes(),
        "open_sessions": streamlit_internals.open_session_count(),
    }


def _log_once(sentence: str, cause: BaseException | None) -> None:
    """Log why the data cannot be shown, unless the last check logged the same."""
    if _last_logged != [sentence]:
        _logger.warning("not ready: %s", sentence, exc_info=cause)
    _last_logged[:] = [sentence]


_last_logged: list[str] = []

_health = HealthCheck(check_health)


def health_route() -> Route:
    """The route of the health check."""
    return Route(HEALTH_PATH, _respond)


async def _respond(_: Request) -> Response:
    facts = await _health.facts()
    status = 200 if facts["status"] == "ok" else 503
    return JSONResponse(facts, status, headers={"Cache-Control": "no-store"})
