"""The route that says whether the dashboard can show the data, to whatever keeps it running."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from queries import __version__

PATH = "/healthz"
"""Where it is; it is answered without sign-in."""

REMEMBERED_SECONDS = 1.0
"""So long an answer stands: whoever asks often does not make the dashboard slow."""

ANSWER_SECONDS = 2.0
"""So long is waited for the data."""

Facts = dict[str, Any]

_logger = logging.getLogger(__name__)


class Health:
    """Answers whether the data can be shown. One look at a time, however many ask."""

    def __init__(self, look: Callable[[], Facts]) -> None:
        """Nothing is looked at yet.

        Args:
            look: gives facts with a ``status``, which is ``ok`` where all is well.
        """
        self._look = look
        self._looking: asyncio.Task[Facts] | None = None
        self._facts: Facts = {}
        self._looked = -REMEMBERED_SECONDS

    async def facts(self) -> Facts:
        """What is known by now, not older than a second or so."""
        if time.monotonic() - self._looked < REMEMBERED_SECONDS:
            return self._facts
        if self._looking is None:
            self._looking = asyncio.create_task(asyncio.to_thread(self._look))
        looking = self._looking
        done, _ = await asyncio.wait({looking}, timeout=ANSWER_SECONDS)
        if not done:
            return problem(f"The data did not answer within {ANSWER_SECONDS:g} s.")
        if self._looking is looking:
            self._looking = None
            self._facts, self._looked = looking.result(), time.monotonic()
        return self._facts


def problem(sentence: str) -> Facts:
    """The facts where the data cannot be shown."""
    return {"status": "unavailable", "chatscape_version": __version__, "problem": sentence}


def look() -> Facts:
    """Whether the live version can be shown, which one it is, and what memory it all takes."""
    # Late: the server answers its first request before the rest of the dashboard is imported.
    from dashboard import runtime, session
    from queries.memory import GIGABYTE, container_limit_bytes, process_bytes
    from queries.readiness import NotReady, readiness
    from queries.relations import Edition

    path = session.store_path()
    try:
        ready = readiness(path, lambda live: session.opened(path.path, Edition(live.name, "")))
    except NotReady as error:
        _say(str(error), error.__cause__)
        return problem(str(error))
    _said.clear()
    return {
        "status": "ok",
        "chatscape_version": __version__,
        "version": ready.version,
        "has_index": ready.has_index,
        "can_write_state": ready.can_write_state,
        "duckdb_memory_limit_bytes": int(session.settings().memory_gb * GIGABYTE),
        "duckdb_memory_bytes": ready.duckdb_bytes,
        "process_memory_bytes": process_bytes(),
        "container_memory_limit_bytes": container_limit_bytes(),
        "open_sessions": runtime.open_session_count(),
    }


def _say(sentence: str, cause: BaseException | None) -> None:
    """Log why the data cannot be shown: once, however often somebody asks."""
    if _said != [sentence]:
        _logger.warning("not ready: %s", sentence, exc_info=cause)
    _said[:] = [sentence]


_said: list[str] = []

_health = Health(look)


def route() -> Route:
    """The route that answers."""
    return Route(PATH, _respond)


async def _respond(_: Request) -> Response:
    facts = await _health.facts()
    status = 200 if facts["status"] == "ok" else 503
    return JSONResponse(facts, status, headers={"Cache-Control": "no-store"})
