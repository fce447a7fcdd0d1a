from functools import partial

import streamlit as st

from dashboard.charts.figure_parts import Chart
from dashboard.charts.overview import (
    category_counts_chart,
    language_mix_chart,
    model_mix_chart,
    turn_histogram_chart,
)
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.page_header import show_title
from dashboard.components.slice_caption import show_slice_caption
from dashboard.panels.overview.key_figures import show_slice_figures
from dashboard.panels.overview.scale_switches import show_scale_switches
from dashboard.state import session
from queries.breakdowns import overview
from queries.filters import Filters

CHARTS: tuple[tuple[overview.Breakdown, str, Chart, str], ...] = (
    (overview.model_mix, "Models", model_mix_chart, "model"),
    (overview.language_mix, "Languages", language_mix_chart, "language"),
    (overview.turn_histogram, "Turns in a conversation", turn_histogram_chart, "turn_count"),
    (overview.category_counts, "Flagged as", category_counts_chart, "category"),
)


def show_charts(filters: Filters, total: int) -> None:
    """Draw the charts, each with its figures, and the caveats."""
    switches = show_scale_switches()
    # Two columns a row, not one pair for all: a narrow screen then keeps the order.
    columns = [*st.columns(2), *st.columns(2)]
    for column, (query, title, chart, name) in zip(columns, CHARTS, strict=True):
        rows = session.rows(query, filters)
        draw: Chart = partial(chart, colours=session.model_colours()) if name == "model" else chart
        figure = draw(rows, switches.scale, without_largest=switches.leaves_out(rows))
        fields = {name: "turns" if name == "turn_count" else name}
        with column:
            note = switches.note(rows, total, int(size["category_judged_count"].iloc[0]))
            show_chart(query.__name__, title, note, figure, rows, fields=fields)
    st.caption(
        "Flagged and redacted shares carry Wilson 95 % intervals. Flagged shares are of the "
        "conversations with a known verdict. "
        f"{session.store().loaded_dataset.caveat}"
    )


filters = session.current_filters()
size = session.rows(overview.slice_size, filters)
total = int(size["conversation_count"].iloc[0])

show_title()
show_slice_caption(total, filters)
if total:
    show_slice_figures(size)
    show_charts(filters, total)
else:
    notices.show_empty_slice(filters)
