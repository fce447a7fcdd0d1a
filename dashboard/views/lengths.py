import streamlit as st

from dashboard import formats, session
from dashboard.charts.frame import Scale
from dashboard.charts.spreads import length_classes_chart, prompt_repeats_chart, turn_lengths_chart
from dashboard.charts.turns import turn_histogram_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.page_head import show_page_head
from dashboard.components.repeated_prompts import show_repeated_prompts
from dashboard.components.view_choice import show_switch
from queries import breakdowns, lengths
from queries.filters import Filters


def show_lengths(filters: Filters, total: int) -> None:
    """Turns, lengths and repeats, each as a card."""
    scale: Scale = "log" if show_switch("Log scale of counts", "log") else "linear"
    n = f"n = {formats.conversations(total)}"
    columns = [*st.columns(2), *st.columns(2), *st.columns(2)]
    with columns[0]:
        turns = session.rows(breakdowns.turn_histogram, filters)
        figure = turn_histogram_chart(turns, scale)
        fields = {"turn_count": "turns"}
        show_chart("turn_histogram", "Turns in a conversation", n, figure, turns, fields=fields)
    with columns[1]:
        classes = session.rows(lengths.length_classes, filters)
        counted = f"n = {formats.count(classes['message_count'].sum())} messages"
        note = f"{counted}; dotted: where the site cut prompts, at 1,536 and later 2,560 characters"
        figure = length_classes_chart(classes, scale)
        show_chart("length_classes", "Lengths of messages", note, figure, classes)
    by_turn = session.rows(lengths.turn_lengths, filters)
    for column, role, kind in zip(
        columns[2:4], ("user", "assistant"), ("prompts", "responses"), strict=True
    ):
        with column:
            rows = by_turn[by_turn["role"] == role]
            count = formats.count(rows["message_count"].sum())
            note = f"n = {count} of turns 1 to 12; bands hold half and 80 % of them"
            figure = turn_lengths_chart(rows, role)
            title = f"Lengths of {kind} by turn"
            show_chart("turn_lengths", title, note, figure, rows, key=f"turn_lengths_{role}")
    with columns[4]:
        repeats = session.rows(lengths.prompt_repeats, filters)
        figure = prompt_repeats_chart(repeats, scale)
        note = (
            f"n = {formats.conversations(repeats['conversation_count'].sum())} with a first prompt"
        )
        show_chart("prompt_repeats", "Repeated first prompts", note, figure, repeats)
    with columns[5]:
        show_repeated_prompts(session.rows(lengths.repeated_prompts, filters))


filters, total = show_page_head("Lengths and turns")
if total:
    show_lengths(filters, total)
else:
    notices.show_empty_slice(filters)
