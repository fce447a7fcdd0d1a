"""One topic of the page Topics: its subtopics, models and languages, examples, and ways on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.chart_card import show_card_header
from dashboard.components.data_table import CellStyle, TableColumn, TableRow, show_table
from dashboard.components.flagged_switch import is_showing_flagged, show_flagged_switch
from dashboard.components.page_links import show_slice_page_link
from dashboard.components.url_widgets import show_choice
from dashboard.panels.topics.tables import show_measures
from dashboard.state import links, session
from queries.breakdowns import topics
from queries.display.readable_rows import readable_opening
from queries.filters import Filters
from queries.serialisation.records import records

_SIGNIFICANT = 0.05
_NAMED = 4
_SHOWN_CHARS = 160
_UNCOVER = "uncover_examples"


def show_one_topic(filters: Filters, rows: pd.DataFrame) -> None:
    """Draw a choice of a topic, and the chosen one.

    Args:
        filters: the slice.
        rows: the rows of ``topics.topics`` of the slice.
    """
    st.subheader("One topic", anchor=False)
    names = {topic.partition(" ")[0]: topic for topic in rows["topic"]}
    number = show_choice(
        "Topic",
        "topic_of",
        list(names),
        kind="list",
        label_of=lambda number: formats.name(names[number]),
        width=420,
    )
    topic = names[number]
    inside = replace(filters, topic=(topic,))
    with st.container(horizontal=True):
        show_slice_page_link("browse", "Read these", inside)
        show_slice_page_link("search", "Search inside", inside)
        show_slice_page_link("compare", "Compare with the rest", inside, [("against", "rest")])
    for sentence in _unlike_shares(filters, topic):
        st.text(sentence)
    _show_subtopics(inside)
    _show_examples(filters, topic)


def _unlike_shares(filters: Filters, topic: str) -> Iterator[str]:
    """A sentence each for models and languages that are more or less frequent than elsewhere."""
    for by, query in (("model", topics.topic_models), ("language", topics.topic_languages)):
        pairs = session.rows(query, filters)
        own = pairs[(pairs["topic"] == topic) & (pairs["corrected_p"] < _SIGNIFICANT)]
        own = own.sort_values("residual")
        more = own[own["residual"] > 0][::-1].head(_NAMED)
        less = own[own["residual"] < 0].head(_NAMED)
        if more.empty and less.empty:
            yield f"No {by} is clearly more or less frequent than in the other topics."
        for rows, word in ((more, "More"), (less, "Less")):
            if not rows.empty:
                yield f"{word} frequent {by}s than expected: {_named(rows, by)}."


def _named(rows: pd.DataFrame, by: str) -> str:
    return ", ".join(
        f"{formats.name(row[by])} ({formats.share(row['topic_share'])}, "
        f"residual {_signed(row['residual'])})"
        for row in records(rows)
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _show_subtopics(inside: Filters) -> None:
    rows = session.rows(topics.subtopics, inside)
    if rows.empty:
        return
    with st.container(border=True, key="card_subtopics"):
        count = "1 subtopic" if len(rows) == 1 else f"{len(rows):,} subtopics"
        total = rows["conversation_count"].sum()
        note = f"n = {total:,} conversations · {count}"
        note += formats.coverage(rows["judged_count"].sum(), total)
        show_card_header(
            "subtopics", "Subtopics", note, rows, key="subtopics", fields={"subtopic": "subtopic"}
        )
        show_measures(rows, "subtopic", caption="Subtopics")


def _show_examples(filters: Filters, topic: str) -> None:
    rows = session.rows(topics.topic_examples, filters)
    rows = rows[rows["topic"] == topic]
    if rows.empty:
        return
    with st.container(border=True, key="card_topic_examples"):
        st.subheader("Examples", anchor=False)
        st.caption("First prompts nearest to the centre of the topic, and farthest from it.")
        show_flagged_switch("Show flagged opening words", _UNCOVER)
        show_table(
            [
                TableColumn("Opening words", is_number=False),
                TableColumn("Kind", is_number=False),
                TableColumn("Distance"),
            ],
            [_example(row) for row in records(rows)],
            caption="Examples",
            key="table_topic_examples",
        )


def _example(row: dict[str, Any]) -> TableRow:
    text = readable_opening(row, is_uncovered=is_showing_flagged(_UNCOVER), is_unmasked=False)
    text = " ".join(text.split())
    shortened = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
    link = links.plain_conversation_link(row["conversation_id"])
    return TableRow(
        cells=[shortened, row["kind"], f"{row['topic_distance']:.2f}"],
        styles={0: CellStyle(href=link)},
    )
