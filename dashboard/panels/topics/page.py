"""The page Topics: what first prompts are about, by share, model and language, with examples."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.topics import topic_groups_chart, topics_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.url_widgets import show_choice
from dashboard.panels.topics.edit_topics import show_topic_edits
from dashboard.panels.topics.one_topic import show_one_topic
from dashboard.panels.topics.tables import show_topic_table
from dashboard.process.query_cache import Query
from dashboard.state import session
from queries.breakdowns import topics
from queries.filters import Filters
from queries.prepare.topics.summary import quality_sentence

_GROUPS: dict[str, tuple[str, str, Query]] = {
    "models": ("model", "topic_models", topics.topic_models),
    "languages": ("language", "topic_languages", topics.topic_languages),
}


def show_topics_page(filters: Filters, total: int) -> None:
    """Draw the page for a slice with conversations.

    Args:
        filters: the slice.
        total: conversations in it.
    """
    facts = session.store().manifest["steps"].get("topics")
    if facts is None:
        st.info(
            "This store has no topics yet. Whoever runs it makes them with: "
            "chatscape topics --store DIR. They need a search index with vectors.",
            icon=":material/category:",
        )
        return
    with st.container():
        _show_slice(filters, total, facts)
    show_topic_edits()


def _show_slice(filters: Filters, total: int, facts: dict[str, Any]) -> None:
    rows = session.rows(topics.topics, filters)
    if rows.empty:
        st.info(
            "No first prompt of the slice has a topic: only prompts of "
            f"{facts['chars_min']} to {facts['chars_max']:,} characters have one.",
            icon=":material/category:",
        )
        return
    note = _note(rows, total)
    show_chart(
        "topics", "Topics by share", note, topics_chart(rows), rows, fields={"topic": "topic"}
    )
    show_topic_table(rows, note)
    _show_groups(filters, rows)
    show_one_topic(filters, rows)
    st.caption(" ".join(_explanations(facts)))


def _note(rows: pd.DataFrame, total: int) -> str:
    known = int(rows["conversation_count"].sum())
    count = "1 topic" if len(rows) == 1 else f"{len(rows):,} topics"
    return f"n = {known:,} of {total:,} conversations have a topic · {count}"


def _show_groups(filters: Filters, rows: pd.DataFrame) -> None:
    chosen = show_choice("Topics and", "topics_by", list(_GROUPS))
    by, name, query = _GROUPS[chosen]
    pairs = session.rows(query, filters)
    show_chart(
        name,
        f"Topics and {chosen}",
        "Colour: share of the topic's conversations, on a square-root scale",
        topic_groups_chart(pairs, by, rows["topic"].tolist()),
        pairs,
        fields={"topic": "topic", by: by},
    )


def _explanations(facts: dict[str, Any]) -> Iterator[str]:
    yield (
        "Topics are clusters of first prompts by their meaning for the model of the search index; "
        "labels are words that tell a topic from the others."
    )
    yield formats.escape_markdown(quality_sentence(facts))
    yield "Shares have Wilson 95 % intervals. A click filters all pages."
