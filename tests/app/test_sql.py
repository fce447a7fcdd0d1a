"""The page SQL: what is run, over what, what is said meanwhile, what the address keeps of it."""

import shlex
from collections import Counter

import pyarrow as pa
import pytest

from dashboard.components import filter_sidebar
from dashboard.panels.sql import page
from dashboard.state import sql_results
from queries import cli
from queries.sql_console.views import EXAMPLES
from queries.sql_console.worker_client import SqlResult
from tests.app.support.components import (
    captions,
    components,
    data,
    error_texts,
    notices,
    texts,
    whole,
)
from tests.app.support.sample_rows import sample_rows
from tests.app.support.sql_page import BY_MODEL, column, count_of, run


def test_what_is_run_is_shown_and_in_the_address(opened, sample_folder):
    app = whole(opened(sample_folder, "sql"))
    assert "sql_rows" not in components(app)
    app = whole(run(app, f"  {BY_MODEL}\n"))
    models = Counter(row["model"] for row in sample_rows().values())
    assert dict(zip(column(app), map(int, column(app, 2)), strict=True)) == models
    assert texts(app)[1].startswith(f"{len(models)} rows, 2 columns, in ")
    heads = [(head["label"], head["number"]) for head in data(app, "sql_rows")["columns"]]
    assert heads == [("Row", True), ("model", False), ("n", True)]
    assert app.query_params == {"sql": BY_MODEL}
    assert data(app, "sql_editor")["statement"] == BY_MODEL


def test_a_link_runs_its_statement_over_its_slice(opened, sample_folder, sql_requests):
    app = whole(opened(sample_folder, "sql", sql=BY_MODEL, model="gpt-4"))
    many = count_of(model="gpt-4")
    assert list(zip(column(app), column(app, 2), strict=True)) == [("gpt-4", str(many))]
    assert texts(app)[0] == f"The view slice contains {many} conversations: gpt-4"
    assert len(sql_requests) == 1
    app = whole(app.multiselect(key="model").set_value([]).run())
    assert sum(map(int, column(app, 2))) == len(sample_rows())
    assert len(sql_requests) == 2


def test_the_sidebar_is_there_before_a_statement_runs(opened, sample_folder, monkeypatch):
    seen = []
    show = filter_sidebar.show_filters

    def ask(*_, **__):
        seen.append("asked")
        return SqlResult(pa.table({"a": [1]}), is_cut=False)

    monkeypatch.setattr(sql_results.console, "run", ask)
    monkeypatch.setattr(
        filter_sidebar, "show_filters", lambda of: seen.append("sidebar") or show(of)
    )
    app = whole(opened(sample_folder, "sql", sql="select 1"))
    assert seen == ["sidebar", "asked", "sidebar"]
    assert column(app) == ["1"]


def test_omitted_rows_are_reported_and_pages_do_not_run_the_query_again(
    opened, sample_folder, sql_requests
):
    sql = "select range as n from range(20000)"
    app = whole(opened(sample_folder, "sql", sql=sql, page="2"))
    assert column(app) == [str(n) for n in range(50, 100)]
    assert column(app, 0)[0] == "51"
    assert "There are more rows. Only the first 10,000 are shown." in notices(app)
    app.query_params["page"] = "999"
    app = whole(app.run())
    assert column(app)[-1] == "9999"
    assert app.query_params["page"] == "200"
    assert len(sql_requests) == 1
    app.query_params["sql"], app.query_params["page"] = f"{sql} order by n desc", "2"
    app = whole(app.run())
    assert column(app)[0] == "19949"
    app = whole(run(app, f"{sql} order by n desc"))
    assert len(sql_requests) == 3
    assert "page" not in app.query_params


def test_a_refused_statement_is_one_sentence_and_stays(opened, sample_folder, sql_requests):
    app = run(opened(sample_folder, "sql"), "drop table messages")
    assert error_texts(app) == ["Only a SELECT can be run here."]
    assert data(app, "sql_editor")["statement"] == app.query_params["sql"] == "drop table messages"
    app = app.run()
    assert len(sql_requests) == 1
    app = run(app, "select modle\nfrom slice")
    assert [error[:44] for error in error_texts(app)] == [
        'Binder Error: Referenced column "modle" not '
    ]
    assert [block.value.splitlines()[0] for block in app.main.code][:1] == ["LINE 1: select modle"]


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_runs(opened, sample_folder, title):
    app = whole(opened(sample_folder, "sql", sql=EXAMPLES[title]))
    assert {"title": title, "sql": EXAMPLES[title]} in data(app, "sql_editor")["examples"]
    assert column(app)


def test_a_statement_too_long_for_a_link_stays_in_its_session(opened, sample_folder):
    long = f"select length('{'x' * 4_000}') as n"
    app = whole(run(opened(sample_folder, "sql", sql="select 5"), long))
    assert column(app) == ["4000"]
    assert list(app.query_params) == ["sql_of"]
    assert "too long for a link" in " ".join(captions(app))
    params = dict(app.query_params)
    app.query_params.clear()
    app.query_params["sql"] = "select 5"
    app = whole(app.run())
    assert column(app) == ["5"]
    app.query_params.clear()
    app.query_params.update(params)
    assert column(whole(app.run())) == ["4000"]
    other = whole(opened(sample_folder, "sql", **params))
    assert any("too long for an address" in text for text in notices(other))
    assert "sql_rows" not in components(other)


def test_the_same_as_a_command_runs(opened, sample_folder, capsys):
    sql = "-- it's\nselect 'n=' || count(*) as n from slice"
    app = whole(opened(sample_folder, "sql", sql=sql, model="gpt-4"))
    copied = shlex.split(app.main.code[-1].value.replace("STORE", str(sample_folder)))
    assert cli.run(copied[1:]) == 0
    assert f"n={count_of(model='gpt-4')}" in capsys.readouterr().out


def test_half_a_character_is_no_reason_to_fail(opened, sample_folder):
    app = whole(run(opened(sample_folder, "sql"), "select '\ud800' as a"))
    assert column(app) == ["?"]


def test_waiting_is_shown():
    words = []

    class Place:
        text = staticmethod(words.append)

    page._show_progress(Place, " of 10 s")(3.21)
    page._show_progress(Place, "")(0.0)
    for before in (1, 2):
        page._show_position(Place, before)
    assert words == [
        "Running: 3.2 s of 10 s",
        "Preparing",
        "1 statement is ahead of yours",
        "2 statements are ahead of yours",
    ]


def test_rows_of_others_make_room(monkeypatch, opened, sample_folder, sql_requests):
    monkeypatch.setattr(sql_results, "RESULT_BYTES_MAX", 100_000)
    app = whole(opened(sample_folder, "sql", sql="select range from range(10000)"))
    other = whole(opened(sample_folder, "sql", sql="select range + 1 from range(10000)"))
    assert len(sql_requests) == 2
    whole(other.run())
    assert len(sql_requests) == 2
    whole(app.run())
    assert len(sql_requests) == 3
