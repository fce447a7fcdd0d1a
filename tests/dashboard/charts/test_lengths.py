"""Charts of lengths and repeats, from literal rows."""

import math

import pandas as pd
import pytest

from dashboard.charts.colours import BAR_COLOUR, ROLE_COLOURS
from dashboard.charts.lengths import (
    length_histogram_chart,
    prompt_repeat_histogram_chart,
    turn_lengths_chart,
)
from tests.support.charts import assert_figure_of, assert_rows_unchanged

CLASSES = pd.DataFrame(
    {
        "role": ["user", "user", "assistant"],
        "low_chars": [0.0, 10.0, 1_000.0],
        "high_chars": [1.0, 12.0, 1_100.0],
        "message_count": [4, 5, 6],
        "role_share": [4 / 9, 5 / 9, 1.0],
    }
)
LENGTHS = pd.DataFrame(
    {
        "role": ["user", "user", "assistant"],
        "turn_number": [1, 2, 1],
        "message_count": [40, 3, 40],
        "p10_chars": [1, 2, 3],
        "p25_chars": [5, 6, 7],
        "median_chars": [10, 20, 30],
        "p75_chars": [50, 60, 70],
        "p90_chars": [90, 91, 92],
    }
)
REPEATS = pd.DataFrame(
    {
        "low_count": [1, 2, 1_000],
        "high_count": [1, 3, 9_999],
        "conversation_count": [70, 20, 10],
        "slice_share": [0.7, 0.2, 0.1],
    }
)


def test_lengths_are_outlines_with_the_input_limits_of_the_site():
    figure = length_histogram_chart(CLASSES, input_limits=(1_536, 2_560))
    user, assistant = figure.data
    assert list(user.y) == [4, 4, 0, 0, 5, 5]
    assert user.x[2:] == pytest.approx((0, 1, 1, math.log10(12)), abs=0.06)
    assert list(assistant.x) == pytest.approx([3, math.log10(1_100)])
    assert [line.x0 for line in figure.layout.shapes] == [math.log10(c) for c in (1_536, 2_560)]
    assert [word.text for word in figure.layout.annotations] == ["1,536", "2,560"]
    assert figure.layout.xaxis.title.text == "Characters of a message"
    assert list(figure.layout.xaxis.ticktext) == ["1", "10", "100", "1,000", "10,000"]


def test_lengths_by_turn_are_a_median_in_two_bands():
    figure = turn_lengths_chart(LENGTHS, "user")
    *edges, median = figure.data
    assert [list(edge.y) for edge in edges] == [[1, 2], [90, 91], [5, 6], [50, 60]]
    assert [edge.fill for edge in edges] == [None, "tonexty", None, "tonexty"]
    assert (list(median.x), list(median.y)) == ([1, 2], [10, 20])
    assert list(median.customdata[1]) == [3, 2, 6, 60, 91]
    assert figure.layout.yaxis.title.text == "Characters of a user message"
    assert figure.layout.xaxis.title.text == "Turn"
    (*_, median) = turn_lengths_chart(LENGTHS, "assistant").data
    assert list(median.y) == [30]
    assert median.line.color == ROLE_COLOURS["assistant"]


def test_repeats_are_bars_by_number_of_repeats():
    figure = prompt_repeat_histogram_chart(REPEATS)
    (bars,) = figure.data
    assert list(bars.x) == ["1", "2–3", "1,000–9,999"]
    assert list(bars.y) == [70, 20, 10]
    assert bars.marker.color == BAR_COLOUR
    title = "Conversations of the store with the same first prompt"
    assert figure.layout.xaxis.title.text == title
    assert figure.layout.xaxis.type == "category"
    assert figure.layout.yaxis.title.text == "Conversations"
    assert prompt_repeat_histogram_chart(REPEATS, "log").layout.yaxis.type == "log"


CHARTS = [
    (length_histogram_chart, CLASSES),
    (lambda rows: length_histogram_chart(rows, "log"), CLASSES),
    (lambda rows: turn_lengths_chart(rows, "user"), LENGTHS),
    (lambda rows: turn_lengths_chart(rows, "assistant"), LENGTHS),
    (prompt_repeat_histogram_chart, REPEATS),
    (lambda rows: prompt_repeat_histogram_chart(rows, "log"), REPEATS),
]


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_does_not_change_its_rows(chart, rows):
    assert_rows_unchanged(chart, rows)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
def test_charts_of_no_row_and_of_one_row_are_figures(chart, rows, count):
    assert_figure_of(chart, rows.iloc[:count])
