"""Figures of scores, lengths, roles and shifts, from literal frames."""

import math

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.frame import BAR_COLOR, ROLE_COLORS
from dashboard.charts.roles import LATER, role_categories_chart, turn_flags_chart
from dashboard.charts.shifts import SIDE_COLORS, shifts_chart
from dashboard.charts.spreads import (
    CUT_OFFS,
    length_classes_chart,
    prompt_repeats_chart,
    score_levels_chart,
    turn_lengths_chart,
)

LEVELS = pd.DataFrame(
    {
        "role": ["user", "user", "user", "assistant"],
        "low_score": [0.0, 0.1, 0.5, 0.99],
        "high_score": [1e-6, 0.2, 0.6, 1.0],
        "message_count": [50, 7, 3, 2],
        "flagged_count": [0, 0, 3, 1],
    }
)
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
ROLES = pd.DataFrame(
    {
        "role": ["user", "assistant", "user"],
        "category": ["hate", "hate", "sexual"],
        "message_count": [3, 1, 2],
        "conversation_count": [1, 1, 4],
        "role_message_count": [40, 29, 40],
        "role_conversation_count": [30, 20, 30],
        **{
            f"{unit}_{end}": [value, value / 2, value / 4]
            for unit in ("message", "conversation")
            for end, value in (("share", 0.08), ("low", 0.04), ("high", 0.16))
        },
    }
)
TURNS = pd.DataFrame(
    {
        "role": ["user", "user", "user", "assistant"],
        "turn_number": [1, 2, LATER, 1],
        "message_count": [100, 30, 29, 100],
        "flagged_count": [10, 6, 29, 0],
        "flagged_share": [0.1, 0.2, 1.0, 0.0],
        "flagged_low": [0.05, 0.1, 0.88, 0.0],
        "flagged_high": [0.2, 0.4, 1.0, 0.04],
    }
)
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


def test_scores_are_outlines_by_role_with_what_is_flagged_filled():
    figure = score_levels_chart(LEVELS, "hate")
    user, user_flagged, assistant, assistant_flagged = figure.data
    assert [one.name for one in figure.data] == [
        "user",
        "user, flagged",
        "assistant",
        "assistant, flagged",
    ]
    assert [one.showlegend for one in figure.data] == [True, False, True, False]
    # Below a millionth, nothing up to 0.1, seven, nothing up to 0.5, three: two edges each.
    assert list(user.y) == [50, 50, 0.1, 0.1, 7, 7, 0.1, 0.1, 3, 3]
    assert user.x[4:6] == pytest.approx((-1, math.log10(0.2)))
    assert user.x[0] < -6
    assert list(user_flagged.y)[-2:] == [3, 3]
    assert user.line.color == ROLE_COLORS["user"]
    assert (user.line.dash, assistant.line.dash) == ("solid", "dash")
    assert assistant.x[-1] == 0
    assert list(assistant_flagged.y) == [1, 1]
    assert figure.layout.xaxis.title.text == "Score of hate, not a calibrated probability"
    assert figure.layout.yaxis.title.text == "Messages"
    assert figure.layout.yaxis.type == "log"


def test_none_is_none_on_a_linear_axis_of_counts():
    user = score_levels_chart(LEVELS, "hate", "linear").data[0]
    assert list(user.y) == [50, 50, 0, 0, 7, 7, 0, 0, 3, 3]


def test_lengths_are_outlines_with_the_cut_offs_of_the_site():
    figure = length_classes_chart(CLASSES)
    user, assistant = figure.data
    assert list(user.y) == [4, 4, 0, 0, 5, 5]
    assert user.x[2:] == pytest.approx((0, 1, 1, math.log10(12)), abs=0.06)
    assert list(assistant.x) == pytest.approx([3, math.log10(1_100)])
    assert [line.x0 for line in figure.layout.shapes] == [math.log10(c) for c in CUT_OFFS]
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
    assert median.line.color == ROLE_COLORS["assistant"]


def test_repeats_are_bars_of_sizes():
    figure = prompt_repeats_chart(REPEATS)
    (bars,) = figure.data
    assert list(bars.x) == ["1", "2–3", "1,000–9,999"]
    assert list(bars.y) == [70, 20, 10]
    assert bars.marker.color == BAR_COLOR
    title = "Conversations of the store with the same first prompt"
    assert figure.layout.xaxis.title.text == title
    assert figure.layout.xaxis.type == "category"
    assert figure.layout.yaxis.title.text == "Conversations"
    assert prompt_repeats_chart(REPEATS, "log").layout.yaxis.type == "log"


def test_roles_stand_beside_each_other_and_the_most_flagged_category_on_top():
    figure = role_categories_chart(ROLES, "message")
    user, assistant = figure.data
    assert list(figure.layout.yaxis.ticktext) == ["hate", "sexual"]
    assert list(user.y) == ["hate", "sexual"]
    assert list(user.x) == pytest.approx([8, 2])
    assert list(assistant.x) == pytest.approx([4])
    assert list(user.error_x.array) == pytest.approx([8, 2])
    assert list(user.meta) == ["category=hate", "category=sexual"]
    assert (user.marker.symbol, assistant.marker.symbol) == ("circle", "diamond")
    assert list(user.marker.opacity) == [1, 1]
    assert list(assistant.marker.opacity) == [0.4]
    assert figure.layout.xaxis.title.text.startswith("Share of messages")
    assert figure.layout.xaxis.ticksuffix == " %"
    figure = role_categories_chart(ROLES, "conversation", "log")
    assert list(figure.layout.yaxis.ticktext) == ["sexual", "hate"]
    assert figure.layout.xaxis.type == "log"
    assert list(figure.data[0].customdata[0])[:2] == [1, 30]


def test_flags_by_turn_are_lines_with_marks_pale_below_thirty():
    figure = turn_flags_chart(TURNS)
    line, marks, pale, *assistant = figure.data
    assert len(assistant) == 3
    assert list(line.y) == pytest.approx([10, 20, 100])
    assert (list(marks.x), list(pale.x)) == ([1, 2], [LATER])
    assert (marks.marker.opacity, pale.marker.opacity) == (1, 0.4)
    assert list(marks.error_y.array) == pytest.approx([10, 20])
    assert figure.layout.xaxis.ticktext[-1] == "later"
    # The 29 that are all flagged do not set the scale.
    assert figure.layout.yaxis.range == pytest.approx((0, 1.08 * 40))
    assert figure.layout.yaxis.title.text == "Flagged messages"
    assert figure.layout.yaxis.ticksuffix == " %"


def test_turns_that_are_all_few_set_the_scale_themselves():
    figure = turn_flags_chart(TURNS[TURNS["turn_number"] == LATER])
    assert figure.layout.yaxis.range == (0, 100)


def test_shifts_are_pairs_of_dots_joined_by_a_line():
    figure = shifts_chart(SHIFTS, "model")
    joins, a, b = figure.data
    assert (a.name, b.name) == ("A", "B")
    assert list(a.y) == list(b.y) == ["a", "(none given)", "&lt;b&gt;"]
    assert list(a.x) == pytest.approx([30, 0, 1])
    assert b.x[0] == pytest.approx(200 / 29)
    assert list(joins.x)[:3] == [pytest.approx(30), pytest.approx(200 / 29), None]
    assert list(a.meta) == ["model=a", None, "model=%3Cb%3E"]
    assert list(a.marker.opacity) == [1, 1, 1]
    assert list(b.marker.opacity) == [0.4, 0.4, 0.4]
    assert (a.marker.color, b.marker.color) == (SIDE_COLORS["a"], SIDE_COLORS["b"])
    assert figure.layout.xaxis.title.text == "Share of conversations"
    assert list(a.error_x.arrayminus) == pytest.approx([10, 0, 1])


def test_turns_are_named_and_are_two_filters():
    turns = SHIFTS.assign(value=[1, 2, 1_000])
    _, a, _ = shifts_chart(turns, "turns").data
    assert list(a.y) == ["1 turn", "2 turns", "1,000 turns"]
    assert a.meta[2] == "min_turns=1000&max_turns=1000"


def test_only_the_largest_shifts_are_drawn():
    assert list(shifts_chart(SHIFTS, "model", shown=1).data[1].y) == ["a"]


def test_an_interval_that_there_is_not_has_no_bar():
    _, a, b = shifts_chart(SHIFTS.assign(high_a=np.nan, low_b=np.nan), "model").data
    assert list(a.error_x.array) == list(b.error_x.arrayminus) == [0, 0, 0]
    _, marks, *_ = turn_flags_chart(TURNS.assign(flagged_low=np.nan)).data
    assert list(marks.error_y.arrayminus) == [0, 0]


CHARTS = [
    (lambda rows: score_levels_chart(rows, "hate"), LEVELS),
    (lambda rows: score_levels_chart(rows, "hate", "linear"), LEVELS),
    (length_classes_chart, CLASSES),
    (lambda rows: length_classes_chart(rows, "log"), CLASSES),
    (lambda rows: turn_lengths_chart(rows, "user"), LENGTHS),
    (lambda rows: turn_lengths_chart(rows, "assistant"), LENGTHS),
    (prompt_repeats_chart, REPEATS),
    (lambda rows: prompt_repeats_chart(rows, "log"), REPEATS),
    (lambda rows: role_categories_chart(rows, "message"), ROLES),
    (lambda rows: role_categories_chart(rows, "conversation", "log"), ROLES),
    (turn_flags_chart, TURNS),
    (lambda rows: shifts_chart(rows, "model"), SHIFTS),
]


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_leaves_its_frame_as_it_was(chart, rows):
    before = rows.copy(deep=True)
    chart(rows)
    assert rows.equals(before)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
def test_no_row_and_one_row_are_figures_too(chart, rows, count):
    """A view draws its figure before it looks whether there are rows."""
    assert chart(rows.iloc[:count]).layout.height > 0
