"""Figures of models and languages, from literal rows."""

import numpy as np
import pandas as pd
import pytest

from dashboard.charts.colours import BAR_COLOUR, OTHERS_COLOUR
from dashboard.charts.groups import (
    MODELS_SHOWN,
    MeasureSpec,
    dots_chart,
    language_models_chart,
    model_languages_chart,
)
from tests.support.charts import assert_figure_of, assert_rows_unchanged

RATE = MeasureSpec("Flagged conversations", "share", low="low", high="high")
MEAN = MeasureSpec("Mean turns of a conversation", "mean", "turn_count", is_share=False)
GROUPS = pd.DataFrame(
    {
        "group_name": ["b", "a", None, "<b>bold</b>"],
        "conversation_count": [100, 30, 29, 7],
        "turn_count": [90, 29, 30, 1],
        "share": [0.5, 0.25, 0.0, np.nan],
        "low": [0.4, 0.13, 0.0, np.nan],
        "high": [0.6, 0.43, 0.12, np.nan],
        "mean": [1.5, 2.0, 1.0, 4.0],
        "standard_share": [0.45, np.nan, 0.1, 0.2],
        "standard_low": [0.35, np.nan, 0.0, 0.1],
        "standard_high": [0.55, np.nan, 0.3, 0.4],
    }
)
PAIRS = pd.DataFrame(
    {
        "model": ["b", "a", "b", "a", None, "<i>", "b"],
        "language": ["English", "English", "Thai", "Thai", "English", "<u>", None],
        "conversation_count": [1_234, 300, 200, 100, 50, 20, 10],
        "model_share": [0.8545, 0.75, 0.1385, 0.25, 1.0, 1.0, 0.0069],
        "language_share": [0.7790, 0.1894, 0.6667, 0.3333, 0.0316, 1.0, 1.0],
    }
)


def dots(groups=GROUPS, measure=RATE, **options):
    return dots_chart(groups, measure, **{"field": "model", "colours": {}, **options})


def test_a_rate_is_a_dot_in_percent_with_its_interval_in_the_order_given():
    figure = dots(colours={"a": "#123456"})
    (trace,) = figure.data
    assert list(trace.y) == ["b", "a", "(none given)"]
    assert list(trace.x) == [50, 25, 0]
    assert list(trace.error_x.array) == pytest.approx([10, 18, 12])
    assert list(trace.error_x.arrayminus) == pytest.approx([10, 12, 0])
    assert list(trace.marker.color) == [BAR_COLOUR, "#123456", BAR_COLOUR]
    assert figure.layout.xaxis.title.text == "Flagged conversations"
    assert figure.layout.xaxis.ticksuffix == " %"
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.ticktext == ("b", "a", "(none given)")
    assert figure.layout.showlegend is False


def test_a_dot_is_a_filter_and_pale_below_thirty():
    (trace,) = dots().data
    assert list(trace.meta) == ["model=b", "model=a", "model=%28none+given%29"]
    assert list(trace.marker.opacity) == [1, 1, 0.4]
    assert [row[0] for row in trace.customdata] == [100, 30, 29]
    (trace,) = dots(field="language").data
    assert trace.meta[0] == "language=b"


def test_a_mean_is_not_in_percent_and_is_pale_by_its_own_total():
    figure = dots(measure=MEAN)
    (trace,) = figure.data
    assert list(trace.x) == [1.5, 2, 1, 4]
    assert trace.error_x.array is None
    assert list(trace.marker.opacity) == [1, 0.4, 1, 0.4]
    assert figure.layout.xaxis.ticksuffix is None
    assert figure.layout.xaxis.title.text == "Mean turns of a conversation"
    assert "%{x:,.4~g} %" not in trace.hovertemplate


def test_a_group_without_the_measure_is_left_out():
    assert "<b>bold</b>" not in dots().data[0].y
    assert "&lt;b&gt;bold&lt;/b&gt;" not in dots().data[0].y


def test_a_second_measure_is_hollow_and_has_a_legend():
    other = MeasureSpec("Flagged", "standard_share", low="standard_low", high="standard_high")
    figure = dots(other=other)
    raw, standard = figure.data
    assert (raw.name, standard.name) == ("as counted", "standardised")
    assert list(standard.y) == list(raw.y)
    assert standard.x[0] == pytest.approx(45)
    assert np.isnan(standard.x[1])
    assert standard.error_x.array[1] == 0
    assert standard.marker.symbol == "diamond-open"
    assert figure.layout.showlegend is True


def test_tags_in_names_are_escaped_wherever_plotly_reads_them():
    figure = dots(measure=MEAN)
    assert figure.data[0].y[3] == "&lt;b&gt;bold&lt;/b&gt;"
    assert figure.layout.yaxis.ticktext[3] == "&lt;b&gt;bold&lt;/b&gt;"
    assert figure.data[0].meta[3] == "model=%3Cb%3Ebold%3C%2Fb%3E"


def test_the_heat_map_has_models_and_languages_by_size():
    figure = model_languages_chart(PAIRS)
    (heat,) = figure.data
    assert list(heat.y) == ["b", "a", "(none given)", "&lt;i&gt;"]
    assert list(heat.x) == ["English", "Thai", "&lt;u&gt;", "(none given)"]
    assert list(heat.text[0]) == ["1.23k", "200", "", "10"]
    assert heat.z[1][1] == pytest.approx(0.5)
    assert heat.z[2][1] is None or np.isnan(heat.z[2][1])
    assert list(heat.customdata[2][1]) == [0, 0]
    assert list(heat.customdata[0][0]) == [1_234, 0.8545]
    assert (heat.zmin, heat.zmax) == (0, 1)


def test_a_cell_sets_both_filters_also_if_a_name_is_missing():
    (heat,) = model_languages_chart(PAIRS).data
    assert heat.meta[0][1] == "model=b&language=Thai"
    assert heat.meta[1][2] is None  # No conversation, no filter.
    assert heat.meta[2][0] == "model=%28none+given%29&language=English"
    assert heat.meta[0][3] == "model=b&language=%28none+given%29"


def test_only_the_largest_are_in_the_heat_map():
    (heat,) = model_languages_chart(PAIRS, models=1, languages=2).data
    assert (list(heat.y), list(heat.x)) == (["b"], ["English", "Thai"])


def test_languages_are_divided_by_model_in_its_colour():
    figure = language_models_chart(PAIRS, {"b": "#111111", "<i>": "#222222"})
    b, a, i, unnamed = figure.data
    assert list(b.y) == ["English", "Thai", "(none given)"]
    assert list(b.x) == pytest.approx([77.9, 66.67, 100])
    assert [trace.name for trace in (b, a, i, unnamed)] == ["b", "a", "&lt;i&gt;", "(none given)"]
    assert [trace.marker.color for trace in (b, a, i)] == ["#111111", OTHERS_COLOUR, "#222222"]
    assert list(b.meta) == [
        *("model=b&language=English", "model=b&language=Thai"),
        "model=b&language=%28none+given%29",
    ]
    assert list(i.y) == ["&lt;u&gt;"]
    assert b.text == ("b",) * 3
    assert figure.layout.barmode == "stack"
    assert figure.layout.xaxis.title.text == "Share of the language"
    assert figure.layout.yaxis.ticktext[0] == "English"


def test_labels_in_a_part_are_shortened_and_then_escaped_once():
    name = "<i>" + "x" * 20
    pairs = PAIRS.replace("<i>", name)
    (part,) = (trace for trace in language_models_chart(pairs, {}).data if "xxx" in trace.name)
    assert part.name == f"&lt;i&gt;{'x' * 7}…{'x' * 5}"
    assert f"&lt;i&gt;{'x' * 20}" in part.hovertemplate
    assert part.text == (f"&lt;i&gt;{'x' * 8}…{'x' * 6}",)


def test_models_beyond_the_most_used_are_one_grey_part():
    count = MODELS_SHOWN + 3
    pairs = pd.DataFrame(
        {
            "model": [f"m{n}" for n in range(count)],
            "language": ["English"] * count,
            "conversation_count": list(range(2 * count, count, -1)),
            "language_share": [1 / count] * count,
        }
    )
    figure = language_models_chart(pairs, {})
    assert len(figure.data) == MODELS_SHOWN + 1
    rest = figure.data[-1]
    assert (rest.name, rest.text, rest.marker.color) == ("other models", ("others",), OTHERS_COLOUR)
    assert list(rest.x) == pytest.approx([100 * 3 / count])
    assert list(rest.customdata) == [14 + 13 + 12]
    assert list(rest.meta) == [None]


def test_only_the_most_frequent_languages_are_divided():
    figure = language_models_chart(PAIRS, {}, languages=1)
    assert {name for part in figure.data for name in part.y} == {"English"}


CHARTS = [
    (dots, GROUPS),
    (model_languages_chart, PAIRS),
    (lambda pairs: language_models_chart(pairs, {}), PAIRS),
]


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
def test_a_chart_does_not_change_its_rows(chart, rows):
    assert_rows_unchanged(chart, rows)


@pytest.mark.parametrize(("chart", "rows"), CHARTS)
@pytest.mark.parametrize("count", [0, 1])
def test_charts_of_no_row_and_of_one_row_are_figures(chart, rows, count):
    assert_figure_of(chart, rows.iloc[:count])
