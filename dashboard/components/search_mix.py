"""Whose results they are: models and languages of what a search found, each a filter."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.choices import choose
from dashboard.components.table import Head, Row, show_table
from dashboard.picks import pick
from queries.records import records

SHOWN = 8


def show_search_mix(mixes: dict[str, pd.DataFrame], note: str) -> None:
    """Draw, for ``model`` and ``language``, the rows of a mix, most frequent first.

    Args:
        mixes: for each column a frame with it and ``conversation_count``.
        note: of which results they are.
    """
    with st.container(border=True, key="search_mix"):
        st.caption(note)
        for field, mix in mixes.items():
            rows = [
                Row(
                    cells=[formats.name(row[field]), formats.count(row["conversation_count"])],
                    pick=pick(**{field: row[field]}),
                )
                for row in records(mix.head(SHOWN))
            ]
            heads = [Head(field.capitalize(), is_number=False), Head("Conversations")]
            show_table(
                heads, rows, caption=f"Results by {field}", key=f"mix_{field}", on_choice=choose
            )
            if len(mix) > SHOWN:
                rest = int(mix["conversation_count"].iloc[SHOWN:].sum())
                others = len(mix) - SHOWN
                named = f"1 other {field}" if others == 1 else f"{others:,} other {field}s"
                st.caption(f"{named}: {formats.conversations(rest)}")
