"""The page SQL: what a statement gives, of what, to whom, and what is left of it in the address."""

import csv
import io
import shlex
from collections import Counter
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import streamlit as st

from dashboard import asking
from dashboard.components import sql_page
from dashboard.components.sql_cells import cells, labels
from queries import cli
from queries.access_log import noted
from queries.console.views import EXAMPLES
from queries.layout import StorePath
from queries.removal.remove import remove
from tests.app.conftest import raw
from tests.app.conversations import SECRETS
from tests.app.reading import captions, components, data, said, send, texts, traces, whole
from tests.app.test_people import ADA, LINUS, come, errors  # noqa: F401
from tests.app.test_uncovering import sent

YOUNG = SECRETS[2]
BY_MODEL = "select model, count(*) as n from slice group by model order by n desc, model"
MAIL = "select text from messages where text like 'Write to%'"


@pytest.fixture(autouse=True)
def no_process_left():
    yield
    asking.console.close()


@pytest.fixture
def asked(monkeypatch):
    """What the console was asked, with the limits."""
    found = []
    ask = asking.console.ask

    def note(store, question, limits, **more):
        found.append((question, limits))
        return ask(store, question, limits, **more)

    monkeypatch.setattr(asking.console, "ask", note)
    return found


@pytest.fixture
def files(monkeypatch):
    """What the buttons of the page save, written when it is asked for."""
    found = {}

    def button(label, write, *, file_name, **more):
        found[file_name] = write
        return False

    monkeypatch.setattr(st, "download_button", button)
    return found


def run(app, sql):
    return send(app, "sql_editor", "asked", sql)


def column(app, place=1):
    """The cells of a column, from top to bottom; the first one has the number of the row."""
    return [row["cells"][place] for row in data(app, "sql_rows")["rows"]]


def count_of(**values):
    return sum(values.items() <= row.items() for row in raw().values())


def test_what_is_run_is_shown_and_in_the_address(opened, sample_folder):
    app = whole(opened(sample_folder, "sql"))
    assert "sql_rows" not in components(app)
    app = whole(run(app, f"  {BY_MODEL}\n"))
    models = Counter(row["model"] for row in raw().values())
    assert dict(zip(column(app), map(int, column(app, 2)), strict=True)) == models
    assert texts(app)[1].startswith(f"{len(models)} rows, 2 columns, in ")
    heads = [(head["label"], head["number"]) for head in data(app, "sql_rows")["heads"]]
    assert heads == [("Row", True), ("model", False), ("n", True)]
    assert app.query_params == {"sql": BY_MODEL}
    assert data(app, "sql_editor")["statement"] == BY_MODEL


def test_a_link_runs_its_statement_over_its_slice(opened, sample_folder, asked):
    app = whole(opened(sample_folder, "sql", sql=BY_MODEL, model="gpt-4"))
    many = count_of(model="gpt-4")
    assert list(zip(column(app), column(app, 2), strict=True)) == [("gpt-4", str(many))]
    assert texts(app)[0] == f"The view slice has {many} conversations: gpt-4"
    assert len(asked) == 1
    app = whole(app.multiselect(key="model").set_value([]).run())
    assert sum(map(int, column(app, 2))) == len(raw())
    assert len(asked) == 2


def test_the_sidebar_is_there_before_a_statement_runs(opened, sample_folder, monkeypatch):
    seen = []

    def ask(*_, **__):
        from dashboard import afterwards

        seen.append(st.session_state[afterwards._ACT])
        return asking.Answered(pa.table({"a": [1]}), is_cut=False)

    monkeypatch.setattr(asking.console, "ask", ask)
    app = whole(opened(sample_folder, "sql", sql="select 1"))
    assert seen == [None]
    assert len(app.sidebar.get("page_link")) == 13
    assert column(app) == ["1"]


def test_more_rows_than_are_given_are_said_and_pages_do_not_ask_again(opened, sample_folder, asked):
    sql = "select range as n from range(20000)"
    app = whole(opened(sample_folder, "sql", sql=sql, page="2"))
    assert column(app) == [str(n) for n in range(50, 100)]
    assert column(app, 0)[0] == "51"
    assert "There are more rows: the first 10,000 are shown." in said(app)
    app.query_params["page"] = "999"
    app = whole(app.run())
    assert column(app)[-1] == "9999"
    assert app.query_params["page"] == "200"
    assert len(asked) == 1
    app = whole(run(app, sql))
    assert len(asked) == 2
    assert "page" not in app.query_params


def test_nothing_and_one_row(opened, sample_folder):
    app = whole(opened(sample_folder, "sql", sql="select model from slice where false"))
    assert texts(app)[1] == "No row."
    assert "sql_rows" not in components(app)
    app = whole(run(app, "select 1 as one"))
    assert texts(app)[1].startswith("1 row, 1 column, in ")
    assert not said(app)


def test_a_refused_statement_is_one_sentence_and_stays(opened, sample_folder, asked):
    app = run(opened(sample_folder, "sql"), "drop table messages")
    assert errors(app) == ["Only a SELECT can be run here."]
    assert data(app, "sql_editor")["statement"] == app.query_params["sql"] == "drop table messages"
    app = app.run()
    assert len(asked) == 1
    app = run(app, "select modle\nfrom slice")
    assert [one[:44] for one in errors(app)] == ['Binder Error: Referenced column "modle" not ']
    assert [one.value.splitlines()[0] for one in app.main.code][:1] == ["LINE 1: select modle"]


def test_values_of_all_kinds_are_texts(opened, sample_folder):
    sql = """select null as a, true as b, 0.1 + 0.2 as c, 1e300 as d, [1, null] as e,
        {'k': 'v'} as f, date '2023-04-24' as g, 'x' as a, chr(8238) || 'y' as h, 123456 as i,
        'nan'::float as j, '\\xAA'::blob as k, interval 3 days as l"""
    app = whole(opened(sample_folder, "sql", sql=sql))
    (row,) = data(app, "sql_rows")["rows"]
    heads = [head["label"] for head in data(app, "sql_rows")["heads"]]
    assert heads[1:] == [*"abcdefg", "a (2)", *"hijkl"]
    assert row["cells"][1:8] == [
        "null", "true", "0.3", "1e+300", "[1, null]", '{"k": "v"}', "2023-04-24",
    ]  # fmt: skip
    assert row["cells"][8:12] == ["x", "[U+202E]y", "123456", "nan"]
    assert row["cells"][12:] == ["aa", "0 months 3 days 0 s"]
    assert row["marks"] == {"1": {"href": None, "rest": None, "nothing": True}}
    assert labels(["", "\u202ea"]) == ["(no name)", "[U+202E]a"]
    assert labels(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]
    beyond = pa.chunked_array([pa.array([2**62, None], pa.timestamp("us"))])
    assert [cell.is_nothing for cell in cells(beyond)] == [False, True]


def test_a_conversation_is_linked_in_the_slice(opened, sample_folder):
    sql = "select conversation_id from slice order by all limit 2"
    app = whole(opened(sample_folder, "sql", sql=sql, flagged="any", page="1"))
    first = min(
        key for key, row in raw().items() if any(v["flagged"] for v in row["openai_moderation"])
    )
    mark = data(app, "sql_rows")["rows"][0]["marks"]["1"]
    assert mark["href"] == f"conversation?flagged=any&conversation={first}"


def test_a_long_text_is_cut_until_it_is_asked_for(opened, read_folder):
    sql = "select text from messages where conversation_id[1] = 'f' order by message_index"
    app = whole(opened(read_folder, "sql", sql=sql))
    assert [len(text) for text in column(app)] == [301, 301, 301, 5]
    assert data(app, "sql_rows")["rows"][3]["marks"] == {}
    mark = data(app, "sql_rows")["rows"][1]["marks"]["1"]
    app = whole(send(app, "sql_rows", "rest", mark["rest"]))
    assert [len(text) for text in column(app)] == [301, 6_000, 301, 5]
    app = whole(send(app, "sql_rows", "rest", "nonsense"))
    app = whole(run(app, "select repeat('x', 400)"))
    assert [len(text) for text in column(app)] == [301]


def test_the_first_200_columns_are_shown(opened, sample_folder):
    sql = f"select {', '.join(f'{n} as c{n}' for n in range(201))}"
    app = whole(opened(sample_folder, "sql", sql=sql))
    assert data(app, "sql_rows")["heads"][-1]["label"] == "c199"
    assert any("The first 200 columns are shown" in text for text in said(app))


@pytest.mark.parametrize(
    ("sql", "kind", "x", "y"),
    [
        (BY_MODEL, "bar", "y", "x"),
        ("select 7 as n, 'a' as name, 8 as m", "bar", "y", "x"),
        ("select range as n, range * 2 as m from range(5)", "bar", "x", "y"),
    ],
)
def test_a_chart_begins_with_a_name_and_a_number(opened, sample_folder, sql, kind, x, y):
    app = whole(opened(sample_folder, "sql", sql=sql, chart="bars"))
    (trace,) = traces_of(app)
    names, numbers = (column(app, place) for place in shown_places(app))
    assert trace["type"] == kind
    assert [str(one) for one in trace[x]] == names
    assert [str(one) for one in trace[y]] == numbers
    assert set(app.query_params) == {"sql", "chart"}


def shown_places(app):
    """The columns of the table that the chart is of."""
    heads = [head["label"] for head in data(app, "sql_rows")["heads"]]
    return [heads.index(app.selectbox(key=key).value) for key in ("x", "y")]


traces_of = partial(traces, key="sql_chart")


@pytest.fixture(autouse=True)
def drawn(served):
    """Charts are drawn by our own component."""


def test_a_chart_of_too_many_rows_says_so(opened, sample_folder, asked):
    sql = "select range as n, case when range < 3 then null else range end as m from range(3000)"
    app = whole(opened(sample_folder, "sql", sql=sql, chart="dots"))
    assert len(traces_of(app)[0]["x"]) == 1_997
    assert captions(app)[0] == (
        "The first 2,000 of 3,000 rows; 3 of them without a number of m left out. "
        "The table below has the figures."
    )
    app = whole(app.selectbox(key="y").set_value("n").run())
    assert app.query_params["y"] == "n"
    app = whole(app.segmented_control(key="chart").set_value("none").run())
    assert "sql_chart" not in components(app)
    assert len(asked) == 1
    app = whole(run(app, "select 'x' as only_texts"))
    assert "chart" not in {one.key for one in app.segmented_control}


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_runs(opened, sample_folder, title):
    app = whole(opened(sample_folder, "sql", sql=EXAMPLES[title]))
    assert {"title": title, "sql": EXAMPLES[title]} in data(app, "sql_editor")["examples"]
    assert column(app)


def test_flagged_texts_are_covered_until_asked_for(opened, read_folder):
    sql = "select text from messages where conversation_id[1] = 'c' order by message_index"
    app = whole(opened(read_folder, "sql", sql=sql))
    assert sent(app) == set()
    assert "Covered: flagged as violence" in column(app)
    app = whole(app.toggle(key="uncover_sql").set_value(True).run())
    assert sent(app) == set(SECRETS) - {YOUNG}
    assert "uncover_sql" not in app.query_params


def test_an_operator_sees_contact_data_once_it_is_noted(opened, read_folder, tmp_path):
    folder = copied(read_folder, tmp_path)
    app = whole(opened(folder, "sql", sql=MAIL))
    assert "jo@example.com" not in str(data(app, "sql_rows"))
    assert noted(StorePath(folder)).empty
    app = whole(app.toggle(key="sql_unmasked").set_value(True).run())
    assert "jo@example.com" in column(app)[0]
    assert app.query_params == {"sql": MAIL}
    (event,) = noted(StorePath(folder)).to_dict("records")
    assert (event["what"], event["of"], event["count"]) == ("unmasked", f"SQL {MAIL}", 1)


def test_rows_are_not_shown_where_that_cannot_be_noted(opened, read_folder, tmp_path):
    folder = copied(read_folder, tmp_path)
    app = whole(opened(folder, "sql", sql=MAIL))
    log = StorePath(folder).state_path / "log.sqlite"
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"no database" * 100)
    app = app.toggle(key="sql_unmasked").set_value(True).run()
    assert len(errors(app)) == 1
    assert "sql_rows" not in components(app)


def copied(folder, tmp_path):
    import shutil

    shutil.copytree(folder, tmp_path / "store")
    return tmp_path / "store"


def test_a_reader_gets_no_more_whatever_is_sent(opened, read_folder, come, asked):  # noqa: F811
    come(ADA)
    app = whole(opened(read_folder, "sql"))
    assert {"sql_unmasked", "sql_unlimited"} <= {one.key for one in app.toggle}
    come(LINUS)
    app = whole(opened(read_folder, "sql"))
    assert {one.key for one in app.main.toggle} == {"uncover_sql"}
    app.session_state["sql_unmasked"] = app.session_state["sql_unlimited"] = True
    app = whole(run(app, MAIL))
    assert "jo@example.com" not in str(data(app, "sql_rows"))
    ((question, limits),) = asked
    assert not question.is_unmasked
    assert limits.seconds == 10


def test_unmasking_is_refused_where_it_is_done(opened, read_folder, come, monkeypatch):  # noqa: F811
    come(LINUS)
    monkeypatch.setattr("dashboard.people.is_operator", lambda: True)
    app = whole(opened(read_folder, "sql", sql=MAIL))
    app = app.toggle(key="sql_unmasked").set_value(True).run()
    assert [one[:41] for one in errors(app)] == ["Only an operator may show contact data: a"]
    assert "sql_rows" not in components(app)


def test_an_operator_may_ask_without_a_limit_of_time(opened, sample_folder, asked):
    app = whole(opened(sample_folder, "sql"))
    app = whole(app.toggle(key="sql_unlimited").set_value(True).run())
    whole(run(app, "select 1"))
    assert asked[0][1].seconds == 0


def test_a_file_is_noted_before_it_is_given(opened, accepted, files):
    sql = "select conversation_id, text from messages where text[1] = '=' or turn_number = 1"
    app = whole(opened(accepted, "sql", sql=sql))
    assert noted(StorePath(accepted)).empty
    rows = list(csv.reader(io.StringIO(files["result.csv"]().decode())))
    assert rows[0] == ["conversation_id", "text"]
    assert sorted(row[1] for row in rows[1:]) == sorted(column(app, 2))
    parquet = pq.read_table(io.BytesIO(files["result.parquet"]()))
    assert parquet.num_rows == len(rows) - 1 == 24
    events = noted(StorePath(accepted))
    assert events["what"].tolist() == ["exported"] * 2
    assert events["count"].tolist() == [24, 24]
    assert all(sql in of for of in events["of"])


def test_what_was_removed_is_in_no_page_and_no_file(opened, accepted, files, asked):
    sql = "select conversation_id from conversations"
    app = whole(opened(accepted, "sql", sql=sql))
    before = files["result.csv"]
    remove(StorePath(accepted), ["a" * 32], "a test", who="a test")
    with pytest.raises(asking.SqlFailedError, match="removed"):
        before()
    app = whole(app.run())
    assert len(asked) == 2
    assert sorted(column(app)) == [letter * 32 for letter in "01234bcdefg"]
    assert files["result.csv"]().count(b"\n") == 12


def test_a_statement_too_long_for_a_link_stays_in_its_session(opened, sample_folder):
    long = f"select length('{'x' * 4_000}') as n"
    app = whole(run(opened(sample_folder, "sql", sql="select 5"), long))
    assert column(app) == ["4000"]
    assert list(app.query_params) == ["sql_of"]
    assert "too long for a link to share" in " ".join(captions(app))
    kept = dict(app.query_params)
    app.query_params.clear()
    app.query_params["sql"] = "select 5"
    app = whole(app.run())
    assert column(app) == ["5"]
    app.query_params.clear()
    app.query_params.update(kept)
    assert column(whole(app.run())) == ["4000"]
    other = whole(opened(sample_folder, "sql", **kept))
    assert any("too long for an address" in text for text in said(other))
    assert "sql_rows" not in components(other)


def test_the_same_as_a_command_runs(opened, sample_folder, capsys):
    sql = "-- it's\nselect 'n=' || count(*) as n from slice"
    app = whole(opened(sample_folder, "sql", sql=sql, model="gpt-4"))
    copied = shlex.split(app.main.code[-1].value.replace("STORE", str(sample_folder)))
    assert cli.run(copied[1:]) == 0
    assert f"n={count_of(model='gpt-4')}" in capsys.readouterr().out


def test_waiting_is_said():
    words = []

    class Place:
        text = staticmethod(words.append)

    sql_page._beat(Place, " of 10 s")(3.21)
    sql_page._beat(Place, "")(0.0)
    for before in (1, 2):
        sql_page._say_place(Place, before)
    assert words == [
        "Running: 3.2 s of 10 s",
        "Getting ready",
        "1 statement is before yours",
        "2 statements are before yours",
    ]


def test_rows_of_others_make_room(monkeypatch, opened, sample_folder, asked):
    monkeypatch.setattr(asking, "REMEMBERED_BYTES", 100_000)
    app = whole(opened(sample_folder, "sql", sql="select range from range(10000)"))
    other = whole(opened(sample_folder, "sql", sql="select range + 1 from range(10000)"))
    assert len(asked) == 2
    whole(other.run())
    assert len(asked) == 2
    whole(app.run())
    assert len(asked) == 3
