"""The models and languages of search results; clicking one filters by it."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.state.cross_filter import toggle_filter_token
from queries.serialisation.records import records

MIX_ROWS_MAX = 8
"""Rows of a table; the rest is summed up below it."""


def show_result_mix(mixes: dict[str, pd.DataFrame], note: str) -> None:
    """Draw a table of each mix.

    Args:
        mixes: for ``model`` and ``language``, rows with that column and ``conversation_count``, the
            most frequent first.
        note: which results are counted.
    """
    with st.container(border=True, key="search_mix"):
        st.caption(note)
        for field, mix in mixes.items():
            rows = [
                TableRow(
                    cells=[formats.name(row[field]), formats.count(row["conversation_count"])],
                    token=filter_token(**{field: row[field]}),
                )
                for row in records(mix.head(MIX_ROWS_MAX))
            ]
            columns = [
                TableColumn(field.capitalize(), is_number=False),
                TableColumn("Conversations"),
            ]
            show_table(
                columns,
                rows,
                caption=f"Results by {field}",
                key=f"mix_{field}",
                on_choice=toggle_filter_token,
            )
            if len(mix) > MIX_ROWS_MAX:
                remaining = int(mix["conversation_count"].iloc[MIX_ROWS_MAX:].sum())
                others = len(mix) - MIX_ROWS_MAX
                named = f"1 other {field}" if others == 1 else f"{others:,} other {field}s"
                st.caption(f"{named}: {formats.conversations(remaining)}")
