import pandas as pd

from dashboard.charts.groups import model_languages_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.page_header import show_page_header
from dashboard.panels.groups.page import show_group_page
from dashboard.state import session
from queries.breakdowns import groups


def show_languages(rows: pd.DataFrame) -> None:
    """Draw a heat map of the models in the table against languages."""
    pairs = session.rows(groups.model_languages, filters)
    pairs_in_table = pairs[pairs["model"].isin(rows["group_name"])]
    show_chart(
        "model_languages",
        "Models and languages",
        "Colour: share of the model's conversations, on a square-root scale",
        model_languages_chart(pairs_in_table, rows["group_name"].tolist()),
        pairs_in_table,
        fields={"model": "model", "language": "language"},
    )


filters, total = show_page_header()
if total:
    show_group_page("model", filters, groups.models, show_languages)
else:
    notices.show_empty_slice(filters)
