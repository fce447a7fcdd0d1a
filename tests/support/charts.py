"""What holds for every chart."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

Chart = Callable[[pd.DataFrame], go.Figure]


def assert_rows_unchanged(chart: Chart, rows: pd.DataFrame) -> None:
    """A chart leaves the frame that it is given as it was."""
    before = rows.copy(deep=True)
    chart(rows)
    assert rows.equals(before)


def assert_figure_of(chart: Chart, rows: pd.DataFrame) -> None:
    """A page builds its figure before it checks whether there are rows."""
    assert chart(rows).layout.height > 0
