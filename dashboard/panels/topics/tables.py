"""Tables of topics and of subtopics; a click on a row filters."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.figure_parts import SMALL_N
from dashboard.charts.filter_token import filter_token
from dashboard.components.chart_card import show_card_header
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.state.cross_filter import toggle_filter_token
from queries.serialisation.records import records

_MEASURES = (
    TableColumn("Conversations"),
    TableColumn("Different prompts"),
    TableColumn("Flagged", hint="Of the conversations with a known verdict"),
    TableColumn("Turns", hint="Mean number"),
)


def show_topic_table(rows: pd.DataFrame, note: str) -> None:
    """Draw the rows of ``topics.topics`` as a card."""
    note += formats.coverage(rows["judged_count"].sum(), rows["conversation_count"].sum())
    with st.container(border=True, key="card_topic_table"):
        show_card_header(
            "topics", "Topics", note, rows, key="topic_table", fields={"topic": "topic"}
        )
        show_measures(rows, "topic", caption="Topics")


def show_measures(rows: pd.DataFrame, field: str, *, caption: str) -> None:
    """Draw the rows of ``topics.topics`` or ``topics.subtopics`` as a table.

    Args:
        rows: the rows.
        field: ``topic`` or ``subtopic``.
        caption: what the table holds, for screen readers.
    """
    show_table(
        [TableColumn(field.capitalize(), is_number=False), *_MEASURES],
        [_row(row, field) for row in records(rows)],
        caption=caption,
        key=f"table_{field}s",
        on_choice=toggle_filter_token,
    )


def _row(row: Mapping[str, Any], field: str) -> TableRow:
    share = formats.share(row["topic_share"])
    has_turns = not pd.isna(row["mean_turn_low"])
    return TableRow(
        cells=[
            str(row[field]),
            formats.count(row["conversation_count"]),
            formats.count(row["prompt_count"]),
            formats.share(row["flagged_share"]),
            formats.mean(row["mean_turn_count"], 2),
        ],
        notes=[
            "",
            f"{share}, {_interval(row, 'topic')}",
            "",
            _interval(row, "flagged"),
            f"{row['mean_turn_low']:.2f}–{row['mean_turn_high']:.2f}" if has_turns else "",
        ],
        token=filter_token(**{field: row[field]}),
        is_small=row["conversation_count"] < SMALL_N,
    )


def _interval(row: Mapping[str, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if pd.isna(low) or pd.isna(high) else f"{low * 100:.1f}–{high * 100:.1f}"
