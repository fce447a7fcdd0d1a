"""Who sees what in the rows of a statement, and what is noted: covers, masks, files, removals."""

import csv
import io
import shutil

import pyarrow.parquet as pq

from queries.removal.remove import remove
from queries.state.audit_log import audit_events
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.app.support.components import components, data, error_texts, whole
from tests.app.support.conversations import SECRETS, secrets_sent
from tests.app.support.downloads import content, offered
from tests.app.support.people import ADA, LINUS
from tests.app.support.sql_page import column, run

YOUNG = SECRETS[2]
MAIL = "select text from messages where text like 'Write to%'"


def copied(folder, tmp_path):
    """A copy of a store whose audit log has no rows of other tests."""
    shutil.copytree(folder, tmp_path / "store", ignore=shutil.ignore_patterns("log.sqlite*"))
    accept(StorePath(tmp_path / "store"), "a test")
    return tmp_path / "store"


def test_flagged_texts_are_covered_until_asked_for(opened, read_folder):
    sql = "select text from messages where conversation_id[1] = 'c' order by message_index"
    app = whole(opened(read_folder, "sql", sql=sql))
    assert secrets_sent(app) == set()
    assert "Covered: flagged as violence" in column(app)
    app = whole(app.toggle(key="uncover_sql").set_value(True).run())
    assert secrets_sent(app) == set(SECRETS) - {YOUNG}
    assert "uncover_sql" not in app.query_params


def test_an_operator_sees_contact_data_once_it_is_noted(opened, read_folder, tmp_path):
    folder = copied(read_folder, tmp_path)
    app = whole(opened(folder, "sql", sql=MAIL))
    assert "jo@example.com" not in str(data(app, "sql_rows"))
    assert audit_events(StorePath(folder)).empty
    app = whole(app.toggle(key="sql_unmasked").set_value(True).run())
    assert "jo@example.com" in column(app)[0]
    assert app.query_params == {"sql": MAIL}
    (event,) = audit_events(StorePath(folder)).to_dict("records")
    assert (event["what"], event["of"], event["count"]) == ("unmasked", f"SQL {MAIL}", 1)


def test_rows_are_not_shown_where_that_cannot_be_noted(opened, read_folder, tmp_path):
    folder = copied(read_folder, tmp_path)
    app = whole(opened(folder, "sql", sql=MAIL))
    log = StorePath(folder).state_path / "log.sqlite"
    log.parent.mkdir(exist_ok=True)
    log.write_bytes(b"no database" * 100)
    app = app.toggle(key="sql_unmasked").set_value(True).run()
    assert len(error_texts(app)) == 1
    assert "sql_rows" not in components(app)


def test_a_reader_gets_no_more_whatever_is_sent(opened, read_folder, sign_in_as, sql_requests):
    sign_in_as(ADA)
    app = whole(opened(read_folder, "sql"))
    assert {"sql_unmasked", "sql_unlimited"} <= {toggle.key for toggle in app.toggle}
    sign_in_as(LINUS)
    app = whole(opened(read_folder, "sql"))
    assert {toggle.key for toggle in app.main.toggle} == {"uncover_sql"}
    app.session_state["sql_unmasked"] = app.session_state["sql_unlimited"] = True
    app = whole(run(app, MAIL))
    assert "jo@example.com" not in str(data(app, "sql_rows"))
    ((question, limits),) = sql_requests
    assert not question.is_unmasked
    assert limits.seconds == 10


def test_unmasking_is_refused_where_it_is_done(opened, read_folder, sign_in_as, monkeypatch):
    sign_in_as(LINUS)
    monkeypatch.setattr("dashboard.state.current_user.is_operator", lambda: True)
    app = whole(opened(read_folder, "sql", sql=MAIL))
    app = app.toggle(key="sql_unmasked").set_value(True).run()
    assert [error[:41] for error in error_texts(app)] == [
        "Only an operator may show contact data. A"
    ]
    assert "sql_rows" not in components(app)


def test_an_operator_may_ask_without_a_limit_of_time(opened, sample_folder, sql_requests):
    app = whole(opened(sample_folder, "sql"))
    app = whole(app.toggle(key="sql_unlimited").set_value(True).run())
    whole(run(app, "select 1"))
    assert sql_requests[0][1].seconds == 0


def test_a_file_is_noted_before_it_is_given(opened, accepted):
    sql = "select conversation_id, text from messages where text[1] = '=' or turn_number = 1"
    app = whole(opened(accepted, "sql", sql=sql))
    assert audit_events(StorePath(accepted)).empty
    rows = list(csv.reader(io.StringIO(content(app, "sql_csv").decode())))
    assert rows[0] == ["conversation_id", "text"]
    assert sorted(row[1] for row in rows[1:]) == sorted(column(app, 2))
    parquet = pq.read_table(io.BytesIO(content(app, "sql_parquet")))
    assert parquet.num_rows == len(rows) - 1 == 24
    events = audit_events(StorePath(accepted))
    assert events["what"].tolist() == ["exported"] * 2
    assert events["count"].tolist() == [24, 24]
    assert all(sql in of for of in events["of"])


def test_what_was_removed_is_in_no_page_and_no_file(opened, accepted, sql_requests):
    sql = "select conversation_id from conversations"
    app = whole(opened(accepted, "sql", sql=sql))
    assert content(app, "sql_csv").count(b"\n") == 13
    remove(StorePath(accepted), ["a" * 32], "a test", who="a test")
    assert offered(app, "sql_csv") is None
    app = whole(app.run())
    assert len(sql_requests) == 2
    assert sorted(column(app)) == [letter * 32 for letter in "01234bcdefg"]
    assert content(app, "sql_csv").count(b"\n") == 12
