from functools import partial

import streamlit as st

from dashboard import session
from dashboard.charts.categories import category_counts_chart
from dashboard.charts.frame import Chart
from dashboard.charts.mixes import language_mix_chart, model_mix_chart
from dashboard.charts.turns import turn_histogram_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.slice_caption import show_slice_caption
from dashboard.components.slice_figures import show_slice_figures
from dashboard.components.switches import show_scale_switches
from queries import breakdowns
from queries.filters import Filters

CHARTS: tuple[tuple[breakdowns.Breakdown, str, Chart, str], ...] = (
    (breakdowns.model_mix, "Models", model_mix_chart, "model"),
    (breakdowns.language_mix, "Languages", language_mix_chart, "language"),
    (breakdowns.turn_histogram, "Turns in a conversation", turn_histogram_chart, "turn_count"),
    (breakdowns.category_counts, "Flagged as", category_counts_chart, "category"),
)


def show_charts(filters: Filters, total: int) -> None:
    """The charts, each with its figures, and what to keep in mind."""
    switches = show_scale_switches()
    # Two columns a row, not one pair for all: a narrow screen then keeps the order.
    columns = [*st.columns(2), *st.columns(2)]
    for column, (query, title, chart, name) in zip(columns, CHARTS, strict=True):
        rows = session.rows(query, filters)
        draw: Chart = partial(chart, colors=session.model_colors()) if name == "model" else chart
        figure = draw(rows, switches.scale, without_largest=switches.leaves_out(rows))
        fields = {name: "turns" if name == "turn_count" else name}
        with column:
            note = switches.note(rows, total)
            show_chart(query.__name__, title, note, figure, rows, fields=fields)
    st.caption(
        "Flagged and redacted shares carry Wilson 95 % intervals. Conversations are not "
        "independent, because 210,479 people wrote the million of LMSYS-Chat-1M, and nothing was "
        "drawn at random: what is true is less certain than the intervals say."
    )


filters = session.current_filters()
size = session.rows(breakdowns.slice_size, filters)
total = int(size["conversation_count"].iloc[0])

st.title("Overview", anchor=False)
show_slice_caption(total, filters)
if total:
    show_slice_figures(size)
    show_charts(filters, total)
else:
    notices.show_empty_slice(filters)
