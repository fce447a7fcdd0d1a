import pandas as pd

from dashboard import session
from dashboard.charts.heat import model_languages_chart
from dashboard.components import notices
from dashboard.components.chart_card import show_chart
from dashboard.components.group_page import show_group_page
from dashboard.components.page_head import show_page_head
from queries import groups


def show_languages(rows: pd.DataFrame) -> None:
    """The models that are shown, against languages."""
    pairs = session.rows(groups.model_languages, filters)
    shown = pairs[pairs["model"].isin(rows["group_name"])]
    show_chart(
        "model_languages",
        "Models and languages",
        "Colour: share of the model's conversations, on a square-root scale",
        model_languages_chart(shown, rows["group_name"].tolist()),
        shown,
        fields={"model": "model", "language": "language"},
    )


filters, total = show_page_head("Models")
if total:
    show_group_page("model", filters, groups.models, show_languages)
else:
    notices.show_empty_slice(filters)
