"""The forest plot, from literal rows."""

import pandas as pd
import pytest

from dashboard.charts.colours import SLICE_COLOURS
from dashboard.charts.forest import ForestSection, forest_chart

ROWS = pd.DataFrame(
    {
        "label": ["Single turn", "<b>"],
        "long_label": ["Single turn", "<b>"],
        "token": ["min_turns=1&max_turns=1", None],
        "difference": [0.2, -0.1],
        "low": [0.1, -0.3],
        "high": [0.3, 0.1],
        "corrected_p": [0.01, 0.4],
        "value_b": [0.5, 0.4],
        "total_a": [100, 29],
        "total_b": [100, 100],
        "text_a": ["70 %", "30 %"],
        "text_b": ["50 %", "40 %"],
        "text_p": ["0.010", "0.400"],
    }
)


def test_differences_are_marks_with_intervals_around_zero():
    figure = forest_chart([ForestSection("Measures", False, ROWS)])
    (marks,) = figure.data
    assert list(marks.x) == pytest.approx([20, -10])
    assert list(marks.error_x.arrayminus) == pytest.approx([10, 20])
    assert list(marks.y) == [1, 2]
    assert list(marks.marker.symbol) == ["circle", "diamond-open"]
    assert list(marks.marker.color) == [SLICE_COLOURS["a"], SLICE_COLOURS["b"]]
    assert list(marks.marker.opacity) == [1, 0.4]
    assert list(marks.meta) == ["min_turns=1&max_turns=1", None]
    assert figure.layout.xaxis.zeroline
    assert figure.layout.xaxis.range[0] < -30 < 30 < figure.layout.xaxis.range[1]
    assert list(figure.layout.yaxis.ticktext) == ["Single turn", "&lt;b&gt;"]
    assert figure.layout.annotations[0].text == "<b>Measures</b>"


def test_means_have_a_panel_of_their_own_in_percent_of_b():
    sections = [ForestSection("S", False, ROWS), ForestSection("Means", True, ROWS)]
    shares, means = forest_chart(sections).data
    assert (shares.xaxis, means.xaxis) == ("x", "x2")
    assert list(means.x) == pytest.approx([40, -25])


def test_sections_follow_one_another_with_a_line_for_each_heading():
    empty = ForestSection("Nothing", False, ROWS[:0])
    (marks,) = forest_chart(
        [ForestSection("S", False, ROWS), empty, ForestSection("T", False, ROWS[:1])]
    ).data
    assert list(marks.y) == [1, 2, 4]


def test_no_rows_are_a_figure_without_marks():
    assert not forest_chart([]).data
