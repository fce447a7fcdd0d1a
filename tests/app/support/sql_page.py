"""Statements on the page SQL: how one is run, and what is seen of its rows."""

from streamlit.testing.v1 import AppTest

from tests.app.support.components import data, send
from tests.app.support.sample_rows import sample_rows

BY_MODEL = "select model, count(*) as n from slice group by model order by n desc, model"


def run(app: AppTest, sql: str) -> AppTest:
    """The page once a statement is run in its editor."""
    return send(app, "sql_editor", "asked", sql)


def column(app: AppTest, place: int = 1) -> list[str]:
    """The cells of a column, from top to bottom; the first one has the number of the row."""
    return [row["cells"][place] for row in data(app, "sql_rows")["rows"]]


def count_of(**values: str) -> int:
    """Conversations of the sample with these values."""
    return sum(values.items() <= row.items() for row in sample_rows().values())
