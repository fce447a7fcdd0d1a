"""Tables of the audit log and of removed conversations, for operators."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.data_table import TableColumn, TableRow, show_table

LOG_ROWS_MAX = 200
"""Rows of a table, newest first; the command line gives all of them."""

_DETAIL_CHARS = 300


def show_events(events: pd.DataFrame) -> None:
    """Draw the rows of ``audit_log.audit_events``, optionally of one kind only."""
    st.subheader("Audit log", anchor=False)
    if events.empty:
        st.text("Nothing has been unmasked, exported or removed yet.")
        return
    kinds = sorted(events["what"].unique())
    kind = st.pills("Only", kinds, key="log_kind")
    visible_events = events if kind is None else events[events["what"] == kind]
    columns = [
        TableColumn("When (UTC)", is_number=False),
        TableColumn("Who", is_number=False),
        TableColumn("What", is_number=False),
        TableColumn("How many"),
        TableColumn("Of what", is_number=False),
    ]
    rows = [
        TableRow([_time(at), who, what, formats.count(count), _shortened(of)])
        for at, who, what, of, count in visible_events.head(LOG_ROWS_MAX).itertuples(index=False)
    ]
    show_table(columns, rows, caption="Audit log", key="events")
    _show_rest(len(visible_events), "`chatscape log`")


def show_removed(removed: pd.DataFrame) -> None:
    """Draw the tombstones of removed conversations, newest first."""
    st.subheader("Removed conversations", anchor=False)
    if removed.empty:
        st.text("No conversation has been removed.")
        return
    waiting = int(removed["purged_at"].isna().sum())
    if waiting:
        st.info(
            f"{formats.conversations(waiting)} removed but still in the store's files. Run "
            "`chatscape purge` to delete the data and get a confirmation.",
            icon=":material/hourglass_top:",
        )
    columns = [
        TableColumn("Id", is_number=False),
        TableColumn("Removed (UTC)", is_number=False),
        TableColumn("By", is_number=False),
        TableColumn("Reason", is_number=False),
        TableColumn("Purged (UTC)", is_number=False),
    ]
    newest = removed.sort_values("removed_at", ascending=False, kind="stable").head(LOG_ROWS_MAX)
    fields = ["conversation_id", "removed_at", "removed_by", "reason", "purged_at"]
    rows = [
        TableRow([key, _time(at), who, reason, "not yet" if pd.isna(purged) else _time(purged)])
        for key, at, who, reason, purged in newest[fields].itertuples(index=False)
    ]
    show_table(columns, rows, caption="Removed conversations", key="removed")
    _show_rest(len(removed), "removed.parquet in the store")


def _show_rest(count: int, where: str) -> None:
    if count > LOG_ROWS_MAX:
        st.caption(
            f"The newest {LOG_ROWS_MAX} of {formats.count(count)}. For all of them, see {where}."
        )


def _time(at: str) -> str:
    return at.removesuffix("+00:00").replace("T", " ")


def _shortened(text: str) -> str:
    return text if len(text) <= _DETAIL_CHARS else f"{text[:_DETAIL_CHARS]}…"
