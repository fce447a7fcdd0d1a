"""This session's SQL statement and its cached results."""

import atexit
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote_plus
from weakref import ref

import streamlit as st

from dashboard import streamlit_internals
from dashboard.process import open_stores
from dashboard.process.public_errors import public_text
from dashboard.process.text_caches import clear_on_removal
from dashboard.state import current_user, pagination, query_params, session
from queries.errors import DataError
from queries.sql_console.console import SqlConsole, SqlRequest, limits_of
from queries.sql_console.errors import SqlFailedError
from queries.sql_console.result_files import FileFormat, result_file, statement_excerpt
from queries.sql_console.worker_client import SqlResult
from queries.state.audit_log import record_event
from queries.store.relations import Snapshot

ADDRESS_CHARS_MAX = 4_000
"""Longest statement, URL-encoded, that goes into the address; chat programs cut longer links."""

RESULTS_KEPT = 8
"""Results kept for each session, the most recent ones."""

RESULT_BYTES_MAX = 256_000_000
"""Memory for the rows of all sessions' results together."""

_KEY = "sql"
_LONG = "sql_of"
_LONG_TEXTS = "sql_long_texts"
_RESULTS = "sql_results"


@dataclass(slots=True, weakref_slot=True)
class StatementResult:
    """The result of a statement.

    Attributes:
        request: the statement, and how to run it.
        snapshot: the snapshot of the store that it ran on.
        sql_result: its rows; None if it failed, or if they were dropped to free memory.
        problem: why it failed, in one sentence; empty if it did not.
        seconds: time until the rows were there.
    """

    request: SqlRequest
    snapshot: Snapshot
    sql_result: SqlResult | None = None
    problem: str = ""
    seconds: float = 0.0


console = SqlConsole()
"""The console of this process, for all sessions."""

# Otherwise its worker process and timer outlive the objects that they use.
atexit.register(console.close)

_with_rows: list[ref[StatementResult]] = []
_lock = Lock()


def start_worker() -> None:
    """Start a worker process for the next statement."""
    limits = limits_of(open_stores.settings(), is_operator=False)
    console.prestart_worker(session.store(), limits)


def statement() -> str:
    """The current statement; empty before the first one."""
    if query_params.address_wins(_KEY):
        long_texts: dict[str, str] = st.session_state.get(_LONG_TEXTS, {})
        st.session_state[_KEY] = query_params.get_param(
            _KEY, long_texts.get(query_params.get_param(_LONG, ""), "")
        )
    text: str = st.session_state[_KEY]
    return text


def is_unavailable() -> bool:
    """Whether the address refers to a long statement that another session submitted."""
    return bool(query_params.get_param(_LONG, "")) and not statement()


def is_linked(text: str) -> bool:
    """Whether a statement is short enough for the address."""
    return len(quote_plus(text)) <= ADDRESS_CHARS_MAX


def submit_statement(text: str) -> None:
    """Make a statement the current one and forget its cached results. For callbacks."""
    # A lone surrogate can be typed, but cannot be URL-encoded.
    text = text.strip().encode(errors="replace").decode()
    st.session_state[_KEY] = text
    st.session_state[_RESULTS] = [outcome for outcome in _results() if outcome.request.sql != text]
    digest = None
    if text and not is_linked(text):
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        long_texts = [*st.session_state.get(_LONG_TEXTS, {}).items(), (digest, text)]
        st.session_state[_LONG_TEXTS] = dict(long_texts[-RESULTS_KEPT:])
    pagination.reset_page()
    linked = text if text and digest is None else None
    query_params.set_params({_KEY: linked, _LONG: digest, pagination.PAGE_KEY: None})


def cached_result(request: SqlRequest) -> StatementResult | None:
    """The result of a request; None if it is not cached or the snapshot has changed."""
    snapshot = session.store().snapshot
    results = (
        outcome
        for outcome in _results()
        if outcome.request == request and outcome.snapshot == snapshot
    )
    # Its rows may have been dropped to free memory.
    return next((outcome for outcome in results if outcome.problem or outcome.sql_result), None)


def run_statement(
    request: SqlRequest,
    *,
    is_unlimited: bool,
    on_progress: Callable[[float], None],
    on_queued: Callable[[int], None],
) -> StatementResult:
    """Run a statement and cache its result.

    Args:
        request: the statement, and how to run it.
        is_unlimited: whether to run without a timeout, which only operators may.
        on_progress: called repeatedly with the seconds it has been running; if it raises, the
            statement is stopped.
        on_queued: called repeatedly with the number of statements ahead of it.

    Raises:
        NotAllowedError: the result would show contact data, and the user is a reader.
    """
    if request.is_unmasked:
        current_user.require_operator("show contact data")
    store = session.store()
    limits = limits_of(
        open_stores.settings(), is_operator=current_user.is_operator(), is_unlimited=is_unlimited
    )
    outcome = StatementResult(request, store.snapshot)
    started = time.monotonic()
    try:
        result = console.run(
            store,
            request,
            limits,
            user=streamlit_internals.session_id(),
            on_progress=on_progress,
            on_queued=on_queued,
        )
        if request.is_unmasked:
            subject = f"SQL {statement_excerpt(request.sql)}"
            record_event(
                store.path,
                current_user.current_user().name,
                "unmasked",
                subject,
                count=result.rows.num_rows,
            )
        outcome.sql_result = result
    except DataError as error:
        outcome.problem = public_text(error)
    outcome.seconds = time.monotonic() - started
    _remember(outcome)
    return outcome


def stop(request: SqlRequest) -> None:
    """Record that a statement was stopped. For callbacks: the waiting rerun has already ended."""
    problem = "The statement was stopped. Press Run to run it again."
    _remember(StatementResult(request, session.store().snapshot, problem=problem))


def download(who: str, outcome: StatementResult, format_: FileFormat) -> bytes:
    """The rows as a file, recorded in the audit log. Runs outside of any session.

    Args:
        who: name of the user.
        outcome: the result.
        format_: format of the file.

    Raises:
        AuditLogError: the download cannot be recorded, so it is refused.
        SqlFailedError: a conversation was removed since.
        VersionGoneError: the version that it ran on was deleted.
    """
    store = open_stores.store_of_version(outcome.snapshot.version)
    if outcome.sql_result is None or store.snapshot != outcome.snapshot:
        raise SqlFailedError.outdated()
    return result_file(store, outcome.request, outcome.sql_result, format_, who)


def _results() -> list[StatementResult]:
    results: list[StatementResult] = st.session_state.get(_RESULTS, [])
    return results


def _remember(outcome: StatementResult) -> None:
    others = [other for other in _results() if other.request != outcome.request]
    st.session_state[_RESULTS] = [*others, outcome][-RESULTS_KEPT:]
    if outcome.sql_result is not None:
        with _lock:
            _with_rows.append(ref(outcome))
            _free_memory()


def _free_memory() -> None:
    """Drop the oldest rows, of any session, while all together are too large."""
    alive = [
        (reference, outcome)
        for reference in _with_rows
        if (outcome := reference()) and outcome.sql_result
    ]
    size = sum(_bytes(outcome) for _, outcome in alive)
    for _, outcome in alive[:-1]:
        if size <= RESULT_BYTES_MAX:
            break
        size -= _bytes(outcome)
        outcome.sql_result = None
    _with_rows[:] = [reference for reference, outcome in alive if outcome.sql_result is not None]


def _drop_all() -> None:
    """Drop the rows of all sessions, and the worker that has a version open."""
    with _lock:
        for reference in _with_rows:
            if outcome := reference():
                outcome.sql_result = None
        _with_rows.clear()
    console.close()


clear_on_removal(_drop_all)


def _bytes(outcome: StatementResult) -> int:
    rows: Any = outcome.sql_result.rows if outcome.sql_result else None
    return int(rows.nbytes) if rows is not None else 0
