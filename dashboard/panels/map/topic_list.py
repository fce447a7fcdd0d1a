"""The topics beside the map, as a table: selects what the map selects, by keyboard too."""

import streamlit as st

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.state import session
from dashboard.state.cross_filter import toggle_filter_token
from queries.breakdowns import topics
from queries.filters import Filters
from queries.serialisation.records import records


def show_topic_list(filters: Filters) -> None:
    """Draw the topics of a slice with their shares; a click filters."""
    rows = session.rows(topics.topics, filters)
    if rows.empty:
        st.caption("No first prompt of the slice has a topic.")
        return
    show_table(
        [TableColumn("Topic", is_number=False), TableColumn("Share")],
        [
            TableRow(
                cells=[str(row["topic"]), formats.share(row["topic_share"])],
                notes=["", formats.count(row["conversation_count"])],
                token=filter_token(topic=row["topic"]),
            )
            for row in records(rows)
        ],
        caption="Topics of the slice",
        key="map_topics",
        on_choice=toggle_filter_token,
    )
