"""Charts of flags and scores, from literal rows."""

import math

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.colours import ROLE_COLOURS
from dashboard.charts.moderation import (
    LATER_TURNS,
    category_pairs_chart,
    role_categories_chart,
    score_histogram_chart,
    turn_flags_chart,
)
from tests.support.charts import assert_figure_of, assert_rows_unchanged

LEVELS = pd.DataFrame(
    {
        "role": ["user", "user", "user", "assistant"],
        "low_score": [0.0, 0.1, 0.5, 0.99],
        "high_score": [1e-6, 0.2, 0.6, 1.0],
        "message_count": [50, 7, 3, 2],
        "flagged_count": [0, 0, 3, 1],
    }
)
ROLES = pd.DataFrame(
    {
        "role": ["user", "assistant", "user"],
        "category": ["hate", "hate", "sexual"],
        "message_count": [3, 1, 2],
        "conversation_count": [1, 1, 4],
        "role_judged_message_count": [40, 29, 40],
        "role_judged_conversation_count": [30, 20, 30],
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
        "turn_number": [1, 2, LATER_TURNS, 1],
        "judged_count": [100, 30, 29, 100],
        "flagged_count": [10, 6, 29, 0],
        "flagged_share": [0.1, 0.2, 1.0, 0.0],
        "flagged_low": [0.05, 0.1, 0.88, 0.0],
        "flagged_high": [0.2, 0.4, 1.0, 0.04],
    }
)
PAIRS = pd.DataFrame(
    {
        "category": ["hate", "hate", "sexual", "sexual"],
        "other_category": ["hate", "sexual", "hate", "sexual"],
        "conversation_count": [4, 1, 1, 2_500_000],
        "category_share": [1.0, 0.25, 0.04, 1.0],
    }
)


def test_scores_are_outlines_by_role_and_flagged_ones_are_filled():
    figure = score_histogram_chart(LEVELS, "hate")
    user, user_flagged, assistant, assistant_flagged = figure.data
    assert [trace.name for trace in figure.data] == [
        "user",
        "user, flagged",
        "assistant",
        "assistant, flagged",
    ]
    assert [trace.showlegend for trace in figure.data] == [True, False, True, False]
    # Below a millionth, nothing up to 0.1, seven, nothing up to 0.5, three: two edges each.
    assert list(user.y) == [50, 50, 0.1, 0.1, 7, 7, 0.1, 0.1, 3, 3]
    assert user.x[4:6] == pytest.approx((-1, math.log10(0.2)))
    assert user.x[0] < -6
    assert list(user_flagged.y)[-2:] == [3, 3]
    assert user.line.color == ROLE_COLOURS["user"]
    assert (user.line.dash, assistant.line.dash) == ("solid", "dash")
    assert assistant.x[-1] == 0
    assert list(assistant_flagged.y) == [1, 1]
    assert figure.layout.xaxis.title.text == "Score of hate, not a calibrated probability"
    assert figure.layout.yaxis.title.text == "Messages"
    assert figure.layout.yaxis.type == "log"


def test_empty_bins_are_zero_on_a_linear_axis():
    user = score_histogram_chart(LEVELS, "hate", "linear").data[0]
    assert list(user.y) == [50, 50, 0, 0, 7, 7, 0, 0, 3, 3]


def test_roles_share_a_chart_with_the_most_flagged_category_on_top():
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


def test_flags_by_turn_are_lines_with_dots_that_are_pale_below_thirty():
    figure = turn_flags_chart(TURNS)
    line, marks, pale, *assistant = figure.data
    assert len(assistant) == 3
    assert list(line.y) == pytest.approx([10, 20, 100])
    assert (list(marks.x), list(pale.x)) == ([1, 2], [LATER_TURNS])
    assert (marks.marker.opacity, pale.marker.opacity) == (1, 0.4)
    assert list(marks.error_y.array) == pytest.approx([10, 20])
    assert figure.layout.xaxis.ticktext[-1] == "later"
    # The 29 that are all flagged do not set the scale.
    assert figure.layout.yaxis.range == pytest.approx((0, 1.08 * 40))
    assert figure.layout.yaxis.title.text == "Flagged messages"
    assert figure.layout.yaxis.ticksuffix == " %"


def test_small_turns_set_the_scale_if_there_are_no_others():
    figure = turn_flags_chart(TURNS[TURNS["turn_number"] == LATER_TURNS])
    assert figure.layout.yaxis.range == (0, 100)


def test_a_missing_interval_has_no_error_bar():
    _, dots, *_ = turn_flags_chart(TURNS.assign(flagged_low=np.nan)).data
    assert list(dots.error_y.arrayminus) == [0, 0]


def test_categories_are_in_the_order_given_and_only_those_that_occur():
    figure = category_pairs_chart(PAIRS, ("sexual", "violence", "hate"))
    (heat,) = figure.data
    assert list(heat.y) == list(heat.x) == ["sexual", "hate"]
    assert [list(line) for line in heat.text] == [["2.5M", "1"], ["1", "4"]]
    assert heat.z[0][1] == pytest.approx(0.2)
    assert heat.z[1][0] == pytest.approx(0.5)
    assert [list(line) for line in heat.meta] == [["category=sexual"] * 2, ["category=hate"] * 2]


CHARTS = [
    (lambda rows: score_histogram_chart(rows, "hate"), LEVELS),
    (lambda rows: score_histogram_chart(rows, "hate", "linear"), LEVELS),
    (lambda rows: role_categories_chart(rows, "message"), ROLES),
    (lambda rows: role_categories_chart(rows, "conversation", "log"), ROLES),
    (turn_flags_chart, TURNS),
    (lambda pairs: category_pairs_chart(pairs, ("hate", "sexual")), PAIRS),
]


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_does_not_change_its_rows(chart, rows):
    assert_rows_unchanged(chart, rows)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
def test_charts_of_no_row_and_of_one_row_are_figures(chart, rows, count):
    assert_figure_of(chart, rows.iloc[:count])
