"""A chart with everything around it: title, what it counts, its figures as a table, its SQL."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import formats, session
from dashboard.choices import choose
from dashboard.components.figure_table import show_figures
from dashboard.components.plot import show_plot
from queries.answers import statements
from queries.filters import Slice

_NOTHING = "Nothing to show: no conversation of the slice has any."


def show_chart(
    name: str,
    title: str,
    note: str,
    figure: go.Figure,
    rows: pd.DataFrame,
    *,
    key: str | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
    nothing: str = _NOTHING,
    other: Slice | None = None,
) -> None:
    """Draw a breakdown as a card.

    Args:
        name: the answer behind it, which names its SQL.
        title: what the chart shows, as a heading.
        note: how many it counts, and what was left out.
        figure: the chart; not drawn where there are no figures.
        rows: its figures, for the table.
        key: name of the card on its page, where an answer has several.
        fields: the filter that a column of the figures stands for, by the column.
        nothing: what is said in the place of a chart without figures.
        other: a second slice that the figures are of, besides the current one.
    """
    key = key or name
    with st.container(border=True, height="stretch", key=f"card_{key}"):
        show_card_head(name, title, note, rows, key=key, plot=key, fields=fields, other=other)
        if rows.empty:
            st.text(nothing)
        else:
            show_plot(figure, key=key, alt=f"{title}. {note}", on_choice=choose)


def show_card_head(
    name: str,
    title: str,
    note: str,
    rows: pd.DataFrame,
    *,
    key: str,
    plot: str | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
    other: Slice | None = None,
) -> None:
    """Draw the title of a card, with its figures and its SQL behind a button, and its note.

    The arguments are those of `show_chart`; ``other`` is a second slice that the figures are of.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        with st.popover(
            "Figures and SQL", type="tertiary", key=f"details_{key}", on_change="rerun"
        ) as details:
            # The body runs only while it is open: closed ones cost a page nothing.
            if details.open:
                show_figures(rows, name=key, title=title, note=note, plot=plot, fields=fields)
                _show_sql(statements(name, session.current_filters()))
                if other is not None:
                    _show_sql(statements(name, other))
    st.caption(formats.plain(note))


def _show_sql(texts: Iterable[str]) -> None:
    for text in texts:
        st.code(text, language="sql")
