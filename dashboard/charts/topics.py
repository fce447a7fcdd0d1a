"""Charts of topics: the share of each, and topics by model or language."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.groups import MeasureSpec, dots_chart
from dashboard.charts.heat_map import heat_map

SHARE = MeasureSpec(
    "Share of the conversations with a topic", "topic_share", low="topic_low", high="topic_high"
)


def topics_chart(rows: pd.DataFrame) -> go.Figure:
    """A dot for each topic with the interval of its share.

    Args:
        rows: the rows of ``topics.topics``.
    """
    return dots_chart(
        rows.rename(columns={"topic": "group_name"}), SHARE, field="topic", colours={}
    )


def topic_groups_chart(
    pairs: pd.DataFrame, by: str, topics: Sequence[object], *, groups_max: int = 12
) -> go.Figure:
    """A heat map of topics and the most frequent models or languages.

    The colour is the share of the topic's conversations; the cell says how many they are.

    Args:
        pairs: the rows of ``topics.topic_models`` or ``topics.topic_languages``.
        by: ``model`` or ``language``.
        topics: the topics in the order to draw.
        groups_max: how many models or languages to draw.
    """
    totals = pairs.groupby(by)["conversation_count"].sum().sort_values(ascending=False)
    return heat_map(
        pairs,
        topics,
        totals.index[:groups_max].tolist(),
        keys=("topic", by),
        count="conversation_count",
        share="topic_share",
        hover_text="%{customdata[0]:,} conversations, %{customdata[1]:.1%} of the topic",
        fields=("topic", by),
    )
