"""The SQL page: the editor, its switches, the progress of a statement and its result."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.notices import error_boundary
from dashboard.panels.sql.downloads import show_command, show_downloads
from dashboard.panels.sql.editor import show_editor
from dashboard.panels.sql.result import RESULT_KEYS, show_result
from dashboard.process import open_stores
from dashboard.state import current_user, query_params, sql_results
from dashboard.state.deferred import defer
from queries.filters import Filters
from queries.filters.describe import describe
from queries.sql_console.console import SqlRequest

_UNLIMITED, _UNMASKED, _UNCOVERED = "sql_unlimited", "sql_unmasked", "uncover_sql"


def show_request(filters: Filters, total: int) -> SqlRequest:
    """Draw the slice in words, the editor and the switches.

    Args:
        filters: the filters of the view `slice`.
        total: the number of conversations in that view.

    Returns:
        The statement with its filters and permissions; without text if none was run yet.
    """
    st.text(f"The view slice contains {formats.conversations(total)}: {describe(filters)}")
    show_editor(sql_results.statement(), key="sql_editor", on_run=sql_results.submit_statement)
    is_operator = current_user.is_operator()
    with st.container(horizontal=True, vertical_alignment="center", key="sql_switches"):
        is_uncovered = show_flagged_switch("Show flagged texts", _UNCOVERED)
        is_unmasked = is_operator and st.toggle(
            "Show unmasked",
            key=_UNMASKED,
            help="Shows contact data and keys. The audit log records each statement.",
        )
        if is_operator:
            st.toggle(
                "No time limit",
                key=_UNLIMITED,
                help="Run until the statement finishes or is stopped.",
            )
    return SqlRequest(
        sql_results.statement(), filters, is_uncovered=is_uncovered, is_unmasked=is_unmasked
    )


def show_outcome(request: SqlRequest) -> None:
    """Draw the result of a statement, or run it once the page has rendered."""
    if not request.sql:
        if sql_results.is_unavailable():
            st.warning(
                "The statement of this link was too long for an address. Ask the person who sent "
                "the link for its text.",
                icon=":material/link_off:",
            )
        sql_results.start_worker()
        return
    result = sql_results.cached_result(request)
    container = st.empty()
    if result is None:
        if query_params.is_new_address():
            # The rerun that draws the result reads these from the address again.
            for key in RESULT_KEYS:
                st.session_state.pop(key, None)
        defer(lambda: _run(request, container))
        return
    with container.container():
        show_result(result)
        show_downloads(result)
        show_command(result.request)
    sql_results.start_worker()


def _run(request: SqlRequest, container: DeltaGenerator) -> None:
    is_unlimited = bool(st.session_state.get(_UNLIMITED))
    seconds = open_stores.settings().sql_seconds
    limit = "" if is_unlimited and current_user.is_operator() else f" of {seconds:g} s"
    with container.container(), error_boundary():
        progress = st.empty()
        st.button("Stop", key="sql_stop", icon=":material/stop:", on_click=_stop, args=(request,))
        # Each progress update draws, which lets Streamlit end this run on Stop or a new statement.
        sql_results.run_statement(
            request,
            is_unlimited=is_unlimited,
            on_progress=_show_progress(progress, limit),
            on_queued=lambda ahead: _show_position(progress, ahead),
        )
        # Widgets of the result must be drawn by the script of the page, not by deferred work.
        st.rerun()


def _stop(request: SqlRequest) -> None:
    sql_results.stop(request)


def _show_progress(element: DeltaGenerator, limit: str) -> Callable[[float], None]:
    def show(seconds: float) -> None:
        element.text(f"Running: {seconds:.1f} s{limit}" if seconds else "Preparing")

    return show


def _show_position(element: DeltaGenerator, ahead: int) -> None:
    statements = "1 statement is" if ahead == 1 else f"{ahead:,} statements are"
    element.text(f"{statements} ahead of yours")
