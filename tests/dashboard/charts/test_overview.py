"""Charts of a slice as a whole, from literal rows; and how numbers are written."""

import pandas as pd
import pytest

from dashboard import formats
from dashboard.charts.colours import BAR_COLOUR, OTHERS_COLOUR
from dashboard.charts.figure_parts import shortened
from dashboard.charts.overview import (
    BARS_MAX,
    category_counts_chart,
    dwarfing_others,
    language_mix_chart,
    model_mix_chart,
    turn_histogram_chart,
)


def mix(column: str, count: int) -> pd.DataFrame:
    """A mix of so many names, with counts from 10 x count down to 10."""
    counts = [10 * (count - n) for n in range(count)]
    names = [f"{column}-{n}" for n in range(count)]
    total = sum(counts)
    shares = [c / total for c in counts]
    return pd.DataFrame({column: names, "conversation_count": counts, "slice_share": shares})


MODELS = mix("model", 3)
TURNS = pd.DataFrame(
    {"turn_count": [1, 2, 40], "conversation_count": [70, 29, 1], "slice_share": [0.7, 0.29, 0.01]}
)
CATEGORIES = pd.DataFrame(
    {
        "category": ["sexual", "hate"],
        "conversation_count": [4, 1],
        "judged_count": [100, 100],
        "flagged_share": [0.04, 0.01],
        "flagged_low": [0.0157, 0.0018],
        "flagged_high": [0.0984, 0.0545],
    }
)
CHARTS = [
    (model_mix_chart, MODELS),
    (language_mix_chart, mix("language", 3)),
    (turn_histogram_chart, TURNS),
    (category_counts_chart, CATEGORIES),
]


def test_models_are_bars_in_the_order_given():
    figure = model_mix_chart(MODELS)
    (bars,) = figure.data
    assert list(bars.y) == ["model-0", "model-1", "model-2"]
    assert list(bars.x) == [30, 20, 10]
    assert bars.customdata[0] == 0.5
    assert bars.marker.color == (BAR_COLOUR,) * 3
    assert figure.layout.xaxis.title.text == "Conversations"
    assert figure.layout.yaxis.autorange == "reversed"


def test_the_long_tail_is_one_grey_bar_with_its_sum():
    models = mix("model", 224)
    head, rest = model_mix_chart(models).data
    assert len(head.y) == BARS_MAX
    assert list(rest.y) == ["212 other models"]
    assert list(rest.x) == [models["conversation_count"].iloc[BARS_MAX:].sum()]
    assert rest.marker.color == (OTHERS_COLOUR,)


def test_the_largest_bar_can_be_left_out():
    (bars,) = model_mix_chart(MODELS, without_largest=True).data
    assert list(bars.y) == ["model-1", "model-2"]
    (bars,) = turn_histogram_chart(TURNS, without_largest=True).data
    assert list(bars.x) == [2, 40]


def test_the_grey_bar_is_left_out_with_the_largest_if_it_would_dwarf_the_others():
    models = mix("model", 224)
    (bars,) = model_mix_chart(models, without_largest=True).data
    assert list(bars.y) == [f"model-{n}" for n in range(1, BARS_MAX + 1)]
    rest = dwarfing_others(models)
    assert len(rest) == 224 - 1 - BARS_MAX
    few = mix("model", BARS_MAX + 2)
    assert len(model_mix_chart(few, without_largest=True).data) == 2
    assert dwarfing_others(few).empty


def test_an_axis_of_few_conversations_has_whole_numbers_only():
    axis = model_mix_chart(MODELS.assign(conversation_count=[3, 1, 1])).layout.xaxis
    assert axis.dtick == 1
    assert model_mix_chart(MODELS).layout.xaxis.dtick is None


def test_the_rate_of_a_small_group_is_pale():
    assert category_counts_chart(CATEGORIES).data[0].marker.opacity == (1, 1)
    few = CATEGORIES.assign(judged_count=[29, 29])
    assert category_counts_chart(few).data[0].marker.opacity == (0.4, 0.4)


def test_a_log_scale_shows_a_count_of_one():
    axis = turn_histogram_chart(TURNS, "log").layout.yaxis
    assert axis.type == "log"
    assert axis.range[0] < 0
    assert 10 ** axis.range[1] > 70


def test_categories_carry_their_intervals():
    (bars,) = category_counts_chart(CATEGORIES).data
    assert list(bars.x) == pytest.approx([4, 1])
    assert list(bars.error_x.array) == pytest.approx([5.84, 4.45])
    assert list(bars.error_x.arrayminus) == pytest.approx([2.43, 0.82])
    assert list(bars.customdata[0]) == pytest.approx([4, 100, 1.57, 9.84])


def test_an_empty_name_has_a_label():
    models = pd.DataFrame(
        {"model": ["", "a"], "conversation_count": [2, 1], "slice_share": [2 / 3, 1 / 3]}
    )
    assert model_mix_chart(models).data[0].y == ("(empty name)", "a")


def test_a_missing_name_has_a_label_and_a_long_one_keeps_both_ends():
    models = MODELS.assign(model=["suzume-llama-3-8B-multilingual-orpo-borda-top25", None, "x"])
    figure = model_mix_chart(models)
    assert figure.data[0].y[1] == "(none given)"
    assert figure.layout.yaxis.ticktext[0] == "suzume-llama-3-…da-top25"
    assert figure.data[0].y[0] == "suzume-llama-3-8B-multilingual-orpo-borda-top25"
    assert shortened("x" * 24) == "x" * 24


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_does_not_change_its_rows(chart, rows):
    before = rows.copy(deep=True)
    chart(rows, "log", without_largest=True)
    assert rows.equals(before)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("without_largest", [False, True])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_charts_of_no_row_and_of_one_row_are_figures(chart, rows, count, without_largest, scale):
    figure = chart(rows.iloc[:count], scale, without_largest=without_largest)
    assert figure.layout.height > 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0544, "5.44 %"),
        (0.5, "50.0 %"),
        (0.0000863, "0.00863 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.998, "99.8 %"),
    ],
)
def test_shares_have_three_significant_digits(value, written):
    assert formats.share(value) == written


def test_numbers_have_one_format():
    assert formats.count(1_000_000) == "1,000,000"
    assert formats.mean(214.46) == "214.5"
    assert formats.mean(float("nan")) == formats.share(None) == "–"
    assert formats.interval(0.0540, 0.0549) == "95 % CI 5.40–5.49 %"
    assert formats.interval(float("nan"), 0.1) == "no interval"
    assert formats.conversations(1) == "1 conversation"
    assert formats.conversations(2_000) == "2,000 conversations"
