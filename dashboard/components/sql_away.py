"""Taking a result away: its rows as a file, noted in the log, and the same as a command."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import asking, formats, people, session
from dashboard.asking import Outcome
from queries.console.asking import Question
from queries.export.copies import sql_command_text
from queries.export.manifest import notice

_ENDINGS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def show_files(came: Outcome) -> None:
    """Buttons that save the rows, with all columns and whole texts."""
    if came.answered is None or not came.answered.rows.num_columns:
        return
    if came.question.is_unmasked:
        people.must_be_operator("take contact data away")
    write = partial(asking.file, session.store(), people.person().name, came)
    with st.container(horizontal=True, vertical_alignment="center", key="sql_files"):
        for format_ in ("csv", "parquet"):
            st.download_button(
                "CSV" if format_ == "csv" else "Parquet",
                partial(write, format_),
                file_name=f"result.{format_}",
                mime=_ENDINGS[format_],
                icon=":material/download:",
                on_click="ignore",
                key=f"sql_{format_}",
            )
        st.caption("Each file is noted in the log of this store.", width="stretch")
    st.caption(formats.plain(notice()))


def show_command(question: Question) -> None:
    """The statement over the same slice by the command line."""
    if not asking.is_linked(question.sql):
        st.caption(
            "This statement is too long for a link to share: the address of this page is without "
            "it. Share its text."
        )
    with st.expander("The same by the command line", key="sql_copies"):
        st.code(sql_command_text(question, Path("STORE")), language="sh", wrap_lines=True)
