"""A chart in a card with its title, note, figures and SQL."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import formats
from dashboard.components.figure_table import show_figures
from dashboard.components.plotly_chart import show_plot
from dashboard.state import session
from dashboard.state.cross_filter import toggle_filter_token
from queries.breakdowns.registry import statements
from queries.filters import Slice

_EMPTY_TEXT = "Nothing to show: no conversation in the slice has any."


def show_chart(
    name: str,
    title: str,
    note: str,
    figure: go.Figure,
    rows: pd.DataFrame,
    *,
    key: str | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
    empty_text: str = _EMPTY_TEXT,
    other: Slice | None = None,
) -> None:
    """Draw a breakdown as a card.

    Args:
        name: name of the breakdown, which also names its SQL.
        title: heading of the card.
        note: what is counted, and what was left out.
        figure: the chart; not drawn if ``rows`` is empty.
        rows: the figures for the table.
        key: key of the card on its page; by default ``name``.
        fields: the filter that each column of the figures stands for.
        empty_text: text shown instead of a chart without figures.
        other: the second slice, if the figures compare two.
    """
    key = key or name
    with st.container(border=True, height="stretch", key=f"card_{key}"):
        show_card_header(name, title, note, rows, key=key, plot=key, fields=fields, other=other)
        if rows.empty:
            st.text(empty_text)
        else:
            show_plot(figure, key=key, alt=f"{title}. {note}", on_choice=toggle_filter_token)


def show_card_header(
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
    """Draw the title and the note of a card, with a button that opens its figures and SQL.

    Takes the arguments of `show_chart`; ``plot`` is the key of the chart to save as an image.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        with st.popover(
            "Data & SQL", type="tertiary", key=f"details_{key}", on_change="rerun"
        ) as details:
            # Built only while it is open, so that closed cards cost nothing.
            if details.open:
                show_figures(rows, name=key, title=title, note=note, plot=plot, fields=fields)
                _show_sql(statements(name, session.current_filters()))
                if other is not None:
                    _show_sql(statements(name, other))
    st.caption(formats.escape_markdown(note))


def _show_sql(texts: Iterable[str]) -> None:
    for text in texts:
        st.code(text, language="sql")
