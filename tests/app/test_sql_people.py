"""Who sees what in the rows of a statement, and what is noted: covers, masks, files, removals."""

import csv
import io
import shutil

import pyarrow.parquet as pq
import pytest
import streamlit as st

from dashboard import asking
from queries.access_log import noted
from queries.layout import StorePath
from queries.removal.remove import remove
from tests.app.conversations import SECRETS
from tests.app.reading import components, data, whole
from tests.app.statements import column, run
from tests.app.test_people import ADA, LINUS, come, errors  # noqa: F401
from tests.app.test_uncovering import sent

YOUNG = SECRETS[2]
MAIL = "select text from messages where text like 'Write to%'"


@pytest.fixture
def files(monkeypatch):
    """What the buttons of the page save, written when it is asked for."""
    found = {}

    def button(label, write, *, file_name, **more):
        found[file_name] = write
        return False

    monkeypatch.setattr(st, "download_button", button)
    return found


def copied(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "store")
    return tmp_path / "store"


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
