"""A chart with everything around it: title, what it counts, its figures as a table, its SQL."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import formats, session
from dashboard.components.plot import show_plot
from queries.statements import readable_statement


def show_chart(name: str, title: str, note: str, figure: go.Figure, rows: pd.DataFrame) -> None:
    """Draw a breakdown as a card.

    Args:
        name: the query behind it: the key of the card, and the file of its SQL.
        title: what the chart shows, as a heading.
        note: how many it counts, and what was left out.
        figure: the chart; not drawn where there are no figures.
        rows: its figures, for the table.
    """
    with st.container(border=True, height="stretch", key=f"card_{name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(title, anchor=False, width="stretch")
            with st.popover(
                "Figures and SQL", type="tertiary", key=f"details_{name}", on_change="rerun"
            ) as details:
                # The body runs only while it is open: closed ones cost a page nothing.
                if details.open:
                    st.dataframe(rows, hide_index=True, alt=f"{title}: the figures")
                    statement = readable_statement(name, session.current_filters())
                    st.code(statement, language="sql")
        st.caption(formats.plain(note))
        if rows.empty:
            st.text("Nothing to show: no conversation of the slice has any.")
        else:
            show_plot(figure, key=name, alt=f"{title}. {note}")
