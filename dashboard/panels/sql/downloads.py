"""Downloads of an SQL result, and the command that produces the same."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import formats
from dashboard.components.download_button import show_download_button
from dashboard.state import current_user, session, sql_results
from dashboard.state.sql_results import StatementResult
from queries.sql_console.console import SqlRequest
from queries.sql_console.result_files import FileFormat
from queries.sql_console.shell_command import sql_command

_FORMATS: tuple[tuple[FileFormat, str, str], ...] = (
    ("csv-bom", "CSV for Excel", "text/csv"),
    ("xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("csv", "CSV", "text/csv"),
    ("parquet", "Parquet", "application/vnd.apache.parquet"),
)
"""Each format with the label of its button and its media type."""


def show_downloads(result: StatementResult) -> None:
    """Draw buttons that download all columns and whole texts; the audit log records each file."""
    if result.sql_result is None or not result.sql_result.rows.num_columns:
        return
    if result.request.is_unmasked:
        current_user.require_operator("download contact data")
    make = partial(sql_results.download, current_user.current_user().name, result)
    with st.container(horizontal=True, vertical_alignment="center", key="sql_files"):
        for format_, label, mime in _FORMATS:
            show_download_button(
                label,
                partial(make, format_),
                file_name=f"result.{format_.partition('-')[0]}",
                mime=mime,
                icon="download",
                key=f"sql_{format_}",
            )
        st.caption("The audit log records each download.", width="stretch")
    st.caption(formats.escape_markdown(session.store().dataset.info.notice))


def show_command(question: SqlRequest) -> None:
    """Draw the command that runs the statement over the same slice."""
    if not sql_results.is_linked(question.sql):
        st.caption(
            "This statement is too long for a link, so the address of this page does not contain "
            "it. Share its text instead."
        )
    with st.expander("Run this from the command line", key="sql_copies"):
        st.code(sql_command(question, Path("STORE")), language="sh", wrap_lines=True)
