"""What the first page shows, worked out before the first reader comes."""

import plotly.graph_objects as go

from dashboard import session, sidebar  # noqa: F401  imported early, because importing takes long
from queries.breakdowns import BREAKDOWNS
from queries.errors import DataError
from queries.filters import Filters


def make_ready() -> None:
    """Open the live store, if there is one, and run the breakdowns of all its conversations."""
    go.Figure({"data": [{"type": "bar"}]})
    try:
        version = session.store_path().current().name
    except DataError:
        return
    for query in BREAKDOWNS.values():
        session.remembered_rows(query, Filters(), (), session.store_path().path, version)
