import pandas as pd
import streamlit as st

from dashboard.charts.groups import language_models_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.page_header import show_page_header
from dashboard.panels.groups.page import show_group_page
from dashboard.state import session
from queries.breakdowns import groups


def show_models(rows: pd.DataFrame) -> None:
    """Draw a bar for each language in the table, divided by model."""
    pairs = session.rows(groups.model_languages, filters)
    pairs_in_table = pairs[pairs["language"].isin(rows["group_name"])]
    show_chart(
        "model_languages",
        "Models of each language",
        "The most frequent languages, divided by the most used models; hover for figures",
        language_models_chart(pairs_in_table, session.model_colours()),
        pairs_in_table,
        fields={"model": "model", "language": "language"},
    )


filters, total = show_page_header()
if total:
    show_group_page("language", filters, groups.languages, show_models)
    st.caption(
        "The language is guessed from the first user message. `unknown` means that no language was "
        "recognised; it is counted like the others."
    )
else:
    notices.show_empty_slice(filters)
