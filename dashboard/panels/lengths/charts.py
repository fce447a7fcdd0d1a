"""The charts of turns, message lengths and repeated prompts."""

import streamlit as st

from dashboard import formats
from dashboard.charts.figure_parts import Scale
from dashboard.charts.lengths import (
    length_histogram_chart,
    prompt_repeat_histogram_chart,
    turn_lengths_chart,
)
from dashboard.charts.overview import turn_histogram_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.url_widgets import show_switch
from dashboard.panels.lengths.repeated_prompts import show_repeated_prompts
from dashboard.state import session
from queries.breakdowns import lengths, overview
from queries.filters import Filters


def show_lengths(filters: Filters, total: int) -> None:
    """Draw the charts of turns, message lengths and repeated prompts, each in a card."""
    scale: Scale = "log" if show_switch("Log scale of counts", "log") else "linear"
    n = f"n = {formats.conversations(total)}"
    columns = [*st.columns(2), *st.columns(2), *st.columns(2)]
    with columns[0]:
        turns = session.rows(overview.turn_histogram, filters)
        figure = turn_histogram_chart(turns, scale)
        fields = {"turn_count": "turns"}
        show_chart("turn_histogram", "Turns in a conversation", n, figure, turns, fields=fields)
    with columns[1]:
        classes = session.rows(lengths.length_histogram, filters)
        input_limits = session.store().loaded_dataset.input_limits
        note = f"n = {formats.count(classes['message_count'].sum())} messages"
        if input_limits:
            limits = " and later ".join(map(formats.count, input_limits))
            note += f"; dotted lines: the site cut prompts at {limits} characters"
        figure = length_histogram_chart(classes, scale, input_limits)
        show_chart("length_histogram", "Lengths of messages", note, figure, classes)
    by_turn = session.rows(lengths.turn_lengths, filters)
    for column, role, kind in zip(
        columns[2:4], ("user", "assistant"), ("prompts", "responses"), strict=True
    ):
        with column:
            rows = by_turn[by_turn["role"] == role]
            count = formats.count(rows["message_count"].sum())
            note = f"n = {count} in turns 1 to 12; the bands contain 50 % and 80 % of them"
            figure = turn_lengths_chart(rows, role)
            title = f"Lengths of {kind} by turn"
            show_chart("turn_lengths", title, note, figure, rows, key=f"turn_lengths_{role}")
    with columns[4]:
        repeats = session.rows(lengths.prompt_repeat_histogram, filters)
        figure = prompt_repeat_histogram_chart(repeats, scale)
        note = (
            f"n = {formats.conversations(repeats['conversation_count'].sum())} with a first prompt"
        )
        show_chart("prompt_repeat_histogram", "Repeated first prompts", note, figure, repeats)
    with columns[5]:
        show_repeated_prompts(session.rows(lengths.repeated_prompts, filters))
