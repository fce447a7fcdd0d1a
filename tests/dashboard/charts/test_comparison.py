"""The chart of two slices, from literal rows."""

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.colours import SLICE_COLOURS
from dashboard.charts.comparison import shifts_chart
from tests.support.charts import assert_figure_of, assert_rows_unchanged

SHIFTS = pd.DataFrame(
    {
        "value": ["a", None, "<b>"],
        "count_a": [30, 0, 1],
        "total_a": [100, 100, 100],
        "count_b": [2, 5, 0],
        "total_b": [29, 29, 29],
        "value_a": [0.3, 0.0, 0.01],
        "low_a": [0.2, 0.0, 0.0],
        "high_a": [0.4, 0.04, 0.05],
        "value_b": [2 / 29, 5 / 29, 0.0],
        "low_b": [0.02, 0.08, 0.0],
        "high_b": [0.22, 0.35, 0.12],
    }
)


def test_shifts_are_pairs_of_dots_joined_by_a_line():
    figure = shifts_chart(SHIFTS, "model")
    joins, a, b = figure.data
    assert (a.name, b.name) == ("A", "B")
    assert list(a.y) == list(b.y) == ["a", "(none given)", "&lt;b&gt;"]
    assert list(a.x) == pytest.approx([30, 0, 1])
    assert b.x[0] == pytest.approx(200 / 29)
    assert list(joins.x)[:3] == [pytest.approx(30), pytest.approx(200 / 29), None]
    assert list(a.meta) == ["model=a", "model=%28none+given%29", "model=%3Cb%3E"]
    assert list(a.marker.opacity) == [1, 1, 1]
    assert list(b.marker.opacity) == [0.4, 0.4, 0.4]
    assert (a.marker.color, b.marker.color) == (SLICE_COLOURS["a"], SLICE_COLOURS["b"])
    assert figure.layout.xaxis.title.text == "Share of conversations"
    assert list(a.error_x.arrayminus) == pytest.approx([10, 0, 1])


def test_turns_are_named_and_set_two_filters():
    turns = SHIFTS.assign(value=[1, 2, 1_000])
    _, a, _ = shifts_chart(turns, "turns").data
    assert list(a.y) == ["1 turn", "2 turns", "1,000 turns"]
    assert a.meta[2] == "min_turns=1000&max_turns=1000"


def test_only_the_largest_shifts_are_drawn():
    assert list(shifts_chart(SHIFTS, "model", rows_max=1).data[1].y) == ["a"]


def test_a_missing_interval_has_no_error_bar():
    _, a, b = shifts_chart(SHIFTS.assign(high_a=np.nan, low_b=np.nan), "model").data
    assert list(a.error_x.array) == list(b.error_x.arrayminus) == [0, 0, 0]


CHARTS = [
    (lambda rows: shifts_chart(rows, "model"), SHIFTS),
]


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_does_not_change_its_rows(chart, rows):
    assert_rows_unchanged(chart, rows)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
def test_charts_of_no_row_and_of_one_row_are_figures(chart, rows, count):
    assert_figure_of(chart, rows.iloc[:count])
