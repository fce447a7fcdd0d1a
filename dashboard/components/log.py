"""What was done with the data, and what was removed from it, as tables for an operator."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.table import Head, Row, show_table

SHOWN = 200
"""Rows of a table, the newest; the command line gives all of them."""

_OF_CHARS = 300


def show_events(events: pd.DataFrame) -> None:
    """Draw the rows of ``access_log.noted``, those of one kind if that is chosen."""
    st.subheader("What was done", anchor=False)
    if events.empty:
        st.text("Nobody unmasked, exported or removed anything yet.")
        return
    kinds = sorted(events["what"].unique())
    kind = st.pills("Only", kinds, key="log_kind")
    shown = events if kind is None else events[events["what"] == kind]
    heads = [
        Head("When (UTC)", is_number=False),
        Head("Who", is_number=False),
        Head("What", is_number=False),
        Head("How many"),
        Head("Of what", is_number=False),
    ]
    rows = [
        Row([_time(at), who, what, formats.count(count), _short(of)])
        for at, who, what, of, count in shown.head(SHOWN).itertuples(index=False)
    ]
    show_table(heads, rows, caption="What was done with the data", key="events")
    _show_rest(len(shown), "chatscape log")


def show_removed(removed: pd.DataFrame) -> None:
    """Draw the rows of the register of removed conversations, the newest first."""
    st.subheader("Removed conversations", anchor=False)
    if removed.empty:
        st.text("None was removed.")
        return
    waiting = int(removed["purged_at"].isna().sum())
    if waiting:
        st.info(
            f"The bytes of {formats.conversations(waiting)} are still in the store, hidden: run "
            "`chatscape purge` to delete them and to get a confirmation.",
            icon=":material/hourglass_top:",
        )
    heads = [
        Head("Id", is_number=False),
        Head("Removed (UTC)", is_number=False),
        Head("By", is_number=False),
        Head("Reason", is_number=False),
        Head("Purged (UTC)", is_number=False),
    ]
    newest = removed.sort_values("removed_at", ascending=False, kind="stable").head(SHOWN)
    columns = ["conversation_id", "removed_at", "removed_by", "reason", "purged_at"]
    rows = [
        Row([one, _time(at), who, reason, "not yet" if pd.isna(purged) else _time(purged)])
        for one, at, who, reason, purged in newest[columns].itertuples(index=False)
    ]
    show_table(heads, rows, caption="Removed conversations", key="removed")
    _show_rest(len(removed), "the file removed.parquet of the store")


def _show_rest(count: int, where: str) -> None:
    if count > SHOWN:
        st.caption(f"The newest {SHOWN} of {formats.count(count)}; all of them: {where}.")


def _time(at: str) -> str:
    return at.removesuffix("+00:00").replace("T", " ")


def _short(text: str) -> str:
    return text if len(text) <= _OF_CHARS else f"{text[:_OF_CHARS]}…"
