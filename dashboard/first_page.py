"""What the first page shows, worked out before the first reader comes."""

import plotly.graph_objects as go

from dashboard import session, sidebar  # noqa: F401  imported early, because importing takes long
from queries.breakdowns import BREAKDOWNS
from queries.errors import DataError
from queries.filters import Filters
from queries.relations import Edition


def make_ready() -> None:
    """Open the live store, if there is one, and run the breakdowns of all its conversations."""
    go.Figure({"data": [{"type": "bar"}]})
    try:
        path = session.store_path()
        edition = session.opened(path.path, Edition(path.current().name, "")).edition
        for query in BREAKDOWNS.values():
            session.remembered_rows(query, Filters(), (), path.path, edition)
    except DataError:
        return
