"""The rows that come of a statement on the page SQL: values of all kinds, long texts, charts."""

import pyarrow as pa
import pytest

from dashboard.panels.sql.cells import column_cells, labels
from tests.app.support.components import (
    captions,
    components,
    data,
    notices,
    send,
    texts,
    traces,
    whole,
)
from tests.app.support.sample_rows import sample_rows
from tests.app.support.sql_page import BY_MODEL, column, run


def test_nothing_and_one_row(opened, sample_folder):
    app = whole(opened(sample_folder, "sql", sql="select model from slice where false"))
    assert texts(app)[1] == "No rows."
    assert "sql_rows" not in components(app)
    app = whole(run(app, "select 1 as one"))
    assert texts(app)[1].startswith("1 row, 1 column, in ")
    assert not notices(app)


def test_values_of_all_kinds_are_texts(opened, sample_folder):
    sql = """select null as a, true as b, 0.1 + 0.2 as c, 1e300 as d, [1, null] as e,
        {'k': 'v'} as f, date '2023-04-24' as g, 'x' as a, chr(8238) || 'y' as h, 123456 as i,
        'nan'::float as j, '\\xAA'::blob as k, interval 3 days as l"""
    app = whole(opened(sample_folder, "sql", sql=sql))
    (row,) = data(app, "sql_rows")["rows"]
    heads = [head["label"] for head in data(app, "sql_rows")["columns"]]
    assert heads[1:] == [*"abcdefg", "a_1", *"hijkl"]
    assert row["cells"][1:8] == [
        "null", "true", "0.3", "1e+300", "[1,null]", '{"k":"v"}', "2023-04-24",
    ]  # fmt: skip
    assert row["cells"][8:12] == ["x", "[U+202E]y", "123456", "nan"]
    assert row["cells"][12:] == ["\\xAA", "3 days"]
    assert row["styles"] == {"1": {"href": None, "rest": None, "null": True}}
    assert labels(["", "\u202ea"]) == ["(no name)", "[U+202E]a"]
    assert labels(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]
    lists = pa.chunked_array([pa.array([[0] * 300_000, None])])
    assert [cell.text for cell in column_cells(lists)] == [
        "(too large to show; download the result)",
        "null",
    ]
    beyond = pa.chunked_array([pa.array([2**62, None], pa.timestamp("us"))])
    assert [cell.is_null for cell in column_cells(beyond)] == [False, True]


def test_a_conversation_is_linked_in_the_slice(opened, sample_folder):
    sql = "select conversation_id from slice order by all limit 2"
    app = whole(opened(sample_folder, "sql", sql=sql, flagged="any", page="1"))
    first = min(
        key
        for key, row in sample_rows().items()
        if any(v["flagged"] for v in row["openai_moderation"])
    )
    mark = data(app, "sql_rows")["rows"][0]["styles"]["1"]
    assert mark["href"] == f"conversation?flagged=any&conversation={first}"


def test_a_long_text_is_cut_until_it_is_asked_for(opened, read_folder):
    sql = "select text from messages where conversation_id[1] = 'f' order by message_index"
    app = whole(opened(read_folder, "sql", sql=sql))
    assert [len(text) for text in column(app)] == [301, 301, 301, 5]
    assert data(app, "sql_rows")["rows"][3]["styles"] == {}
    mark = data(app, "sql_rows")["rows"][1]["styles"]["1"]
    app = whole(send(app, "sql_rows", "rest", mark["rest"]))
    assert [len(text) for text in column(app)] == [301, 6_000, 301, 5]
    app = whole(send(app, "sql_rows", "rest", "nonsense"))
    app = whole(run(app, "select repeat('x', 400)"))
    assert [len(text) for text in column(app)] == [301]


def test_the_first_200_columns_are_shown(opened, sample_folder):
    sql = f"select {', '.join(f'{n} as c{n}' for n in range(201))}"
    app = whole(opened(sample_folder, "sql", sql=sql))
    assert data(app, "sql_rows")["columns"][-1]["label"] == "c199"
    assert any("Only the first 200 columns are shown" in text for text in notices(app))


@pytest.fixture(autouse=True)
def drawn(served):
    """Charts are drawn by our own component."""


@pytest.mark.parametrize(
    ("sql", "places", "x", "y"),
    [
        (BY_MODEL, (1, 2), "y", "x"),
        ("select 7 as n, 'a' as name, 8 as m", (2, 1), "y", "x"),
        ("select range as n, range * 2 as m from range(5)", (1, 2), "x", "y"),
        ("select range * 3 as n from range(5)", (1, 1), "x", "y"),
    ],
)
def test_a_chart_begins_with_a_name_and_a_number(opened, sample_folder, sql, places, x, y):
    app = whole(opened(sample_folder, "sql", sql=sql, chart="bars"))
    (trace,) = traces(app, "sql_chart")
    along, height = (column(app, place) for place in places)
    assert [str(value) for value in trace[x]] == along
    assert [str(value) for value in trace[y]] == height
    assert set(app.query_params) == {"sql", "chart"}


def test_a_chart_of_too_many_rows_says_so(opened, sample_folder, sql_requests):
    sql = "select range as n, case when range < 3 then null else range end as m from range(3000)"
    app = whole(opened(sample_folder, "sql", sql=sql, chart="dots"))
    assert len(traces(app, "sql_chart")[0]["x"]) == 1_997
    assert captions(app)[0] == (
        "The first 2,000 of 3,000 rows; 3 without a number in m are left out. "
        "The table below has the figures."
    )
    app = whole(app.selectbox(key="y").set_value("n").run())
    assert app.query_params["y"] == "n"
    app = whole(app.segmented_control(key="chart").set_value("none").run())
    assert "sql_chart" not in components(app)
    assert len(sql_requests) == 1
    app = whole(run(app, "select 'x' as only_texts"))
    assert "chart" not in {control.key for control in app.segmented_control}


def test_long_names_are_short_in_a_chart(opened, sample_folder):
    sql = "select repeat('x', 30_000) || range as t, range as n from range(1000)"
    app = whole(opened(sample_folder, "sql", sql=sql, chart="dots"))
    assert {len(name) for name in traces(app, "sql_chart")[0]["x"]} == {80}


def test_many_columns_of_one_name_take_no_time(opened, sample_folder):
    sql = f"select {','.join(['1'] * 9_000)}"
    app = whole(opened(sample_folder, "sql", sql=sql))
    assert texts(app)[1].startswith("1 row, 9,000 columns, in ")
    assert len(data(app, "sql_rows")["columns"]) == 201
