import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.charts.stacks import language_models_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.group_page import show_group_page
from dashboard.components.page_head import show_page_head
from queries import groups


def show_models(rows: pd.DataFrame) -> None:
    """The languages that are shown, each divided by model."""
    pairs = session.rows(groups.model_languages, filters)
    shown = pairs[pairs["language"].isin(rows["group_name"])]
    show_chart(
        "model_languages",
        "Models of each language",
        "The most frequent languages, by the most used models; hover for the figures",
        language_models_chart(shown, session.model_colors()),
        shown,
        fields={"model": "model", "language": "language"},
    )


filters, total = show_page_head("Languages")
if total:
    show_group_page("language", filters, groups.languages, show_models)
    st.caption(
        "A language is a guess made from the first user message; `unknown` is what the guess said "
        "where it found none, and is counted like the others."
    )
else:
    notices.show_empty_slice(filters)
