"""Quick charts of results, from literal rows."""

import pandas as pd
import pytest

from dashboard.charts.sql_result import POINTS_MAX, result_chart


def points(xs, ys):
    return pd.DataFrame({"x": xs, "y": ys})


def drawn(figure):
    (trace,) = figure.to_dict()["data"]
    return trace


def test_few_names_are_horizontal_bars_in_their_order():
    figure = result_chart(points(["b", "<i>", "b"], [3, 1.5, 2]), "bars", "names", "name", "n")
    trace = drawn(figure)
    assert (trace["type"], trace["orientation"]) == ("bar", "h")
    assert trace["x"] == [3, 1.5, 2]
    assert trace["y"] == ["b", "&lt;i&gt;", "b (2)"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.title.text == "n"


def test_many_names_are_vertical_bars_of_fixed_height():
    names = [f"model {n}" for n in range(224)]
    figure = result_chart(points(names, range(224)), "bars", "names", "model", "n")
    trace = drawn(figure)
    assert trace.get("orientation") is None
    assert trace["x"] == names
    assert trace["y"] == list(range(224))
    assert figure.layout.height < 600
    assert figure.layout.xaxis.type == "category"


@pytest.mark.parametrize(
    ("kind", "axis", "type_", "mode", "axis_type"),
    [
        ("line", "dates", "scatter", "lines", "date"),
        ("dots", "numbers", "scatter", "markers", "linear"),
        ("bars", "numbers", "bar", None, "linear"),
        ("dots", "names", "scatter", "markers", "category"),
    ],
)
def test_each_chart_type_has_its_axis(kind, axis, type_, mode, axis_type):
    xs = {"dates": ["2023-04-01", "2023-05-01"], "numbers": [1, 7], "names": ["a", "a"]}[axis]
    figure = result_chart(points(xs, [2, -3]), kind, axis, "x", "y")
    trace = drawn(figure)
    assert (trace["type"], trace.get("mode")) == (type_, mode)
    assert trace["x"] == xs
    assert trace["y"] == [2, -3]
    assert figure.layout.xaxis.type == axis_type


def test_missing_values_are_left_out_and_only_the_first_points_are_drawn():
    frame = points([1, None, 3, 4], [1, 2, None, 4])
    trace = drawn(result_chart(frame, "dots", "numbers", "x", "y"))
    assert (trace["x"], trace["y"]) == ([1, 4], [1, 4])
    frame = points(range(5_000), range(5_000))
    assert drawn(result_chart(frame, "line", "numbers", "x", "y"))["y"] == list(range(POINTS_MAX))
    nothing = points([], [])
    assert not drawn(result_chart(nothing, "bars", "names", "x", "y"))["x"]


def test_names_of_columns_are_not_markup():
    figure = result_chart(points([1], [1]), "line", "numbers", "<b>x</b>", "max(y)")
    assert figure.layout.xaxis.title.text == "&lt;b&gt;x&lt;/b&gt;"
    assert figure.layout.yaxis.title.text == "max(y)"
