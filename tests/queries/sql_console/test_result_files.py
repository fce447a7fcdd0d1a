"""Rows of a statement as a file and on the command line."""

import codecs
import io
import json
import shutil

import pyarrow.parquet as pq
import pytest

from queries.cli import run
from queries.errors import AuditLogError, DataError
from queries.export.manifest import METADATA_KEY
from queries.open_store import open_store
from queries.settings import Settings
from queries.sql_console.console import SqlRequest
from queries.sql_console.result_files import result_file
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from tests.support.spreadsheets import cells_of, literal_cells


def test_a_file_of_the_rows_says_what_it_is_of_and_is_noted(console, own_folder):
    store = open_store(own_folder, Settings())
    question = SqlRequest("select model as \"=m\", '+1' as a, 2 as a, ['x'] from slice limit 2")
    result = console.run(store, question)
    written = result_file(store, question, result, "csv", "ada").decode()
    assert written.splitlines()[0].startswith("'=m,a,a_1,")
    assert written.splitlines()[1].split(",")[1:3] == ["'+1", "2"]
    parquet = own_folder / "rows.parquet"
    parquet.write_bytes(result_file(store, question, result, "parquet", "ada"))
    metadata = json.loads(pq.read_schema(parquet).metadata[METADATA_KEY])
    assert metadata["sql"] == question.sql
    assert metadata["rows"] == 2
    assert metadata["is_masked"] is True
    assert metadata["notice"]
    events = audit_events(StorePath(own_folder))
    assert events["who"].tolist() == ["ada", "ada"]
    assert events["what"].tolist() == ["exported", "exported"]
    assert all("masked; SQL result as" in of for of in events["of"])


def test_a_file_for_a_spreadsheet_has_a_mark_or_is_xlsx(console, own_folder):
    store = open_store(own_folder, Settings())
    question = SqlRequest(
        "select '日本' as name, '=1' as f, 2::hugeint as n, [1.5] as l, null as x"
    )
    result = console.run(store, question)
    plain = result_file(store, question, result, "csv", "ada")
    assert result_file(store, question, result, "csv-bom", "ada") == codecs.BOM_UTF8 + plain
    sheet = io.BytesIO(result_file(store, question, result, "xlsx", "ada"))
    assert cells_of(sheet) == [["name", "f", "n", "l", "x"], ["日本", "=1", 2, "[1.5]", None]]
    assert literal_cells(sheet) == {"B2"}
    events = audit_events(StorePath(own_folder))
    assert all("masked; SQL result as" in of for of in events["of"])
    long = SqlRequest("select repeat('x', 40000) as long")
    with pytest.raises(DataError, match="holds 32,767 characters; long of row 1 has 40,000"):
        result_file(store, long, console.run(store, long), "xlsx", "ada")
    assert len(audit_events(StorePath(own_folder))) == len(events) == 3


def test_a_date_that_python_does_not_have_is_written_too(console, own_folder):
    store = open_store(own_folder, Settings())
    question = SqlRequest("select date '12024-02-29' as day, null as nothing")
    written = result_file(store, question, console.run(store, question), "csv", "ada").decode()
    assert written.splitlines()[0] == "day,nothing"
    assert "12024-02-29" in written.splitlines()[1]


def test_what_cannot_be_noted_is_not_taken_away(console, own_folder):
    store = open_store(own_folder, Settings())
    result = console.run(store, SqlRequest("select 1"))
    shutil.rmtree(own_folder / "state", ignore_errors=True)
    (own_folder / "state").write_text("no folder")
    with pytest.raises(AuditLogError):
        result_file(store, SqlRequest("select 1"), result, "csv", "ada")


def test_the_command_writes_prints_and_refuses(capsys, own_folder, tmp_path):
    out = tmp_path / "rows.parquet"
    store = ["--store", str(own_folder)]
    assert (
        run(["sql", "from slice order by id_rank", *store, "--out", str(out), "--model", "gpt-4"])
        == 0
    )
    assert [id_[0] for id_ in pq.read_table(out)["conversation_id"].to_pylist()] == ["a", "b"]
    assert run(["sql", "select 1", *store, "--out", str(out)]) == 2
    assert "already exists" in capsys.readouterr().err
    assert run(["sql", "select 1", *store, "--out", "rows.ods"]) == 2
    assert "must end in .parquet, .csv or .xlsx" in capsys.readouterr().err
    statement = "select '日本' as name"
    for options, end in (([], "日本"), (["--bom"], "日本")):
        csv = tmp_path / f"rows{len(options)}.csv"
        assert run(["sql", statement, *store, "--out", str(csv), *options]) == 0
        start = codecs.BOM_UTF8 if options else b""
        assert csv.read_bytes() == start + f"name\n{end}\n".encode()
    assert run(["sql", statement, *store, "--out", str(tmp_path / "rows.xlsx")]) == 0
    assert cells_of(tmp_path / "rows.xlsx") == [["name"], ["日本"]]
    capsys.readouterr()
    for options in ([], ["--out", str(tmp_path / "marked.parquet")]):
        assert run(["sql", statement, *store, "--bom", *options]) == 2
        assert "Only a CSV has a byte order mark" in capsys.readouterr().err
    assert run(["sql", "drop view slice", *store]) == 2
    assert capsys.readouterr().err == "Error: Only a SELECT can be run here.\n"
    assert run(["sql"]) == 0
    assert "turn_count" in capsys.readouterr().out
    assert (
        run(
            [
                "sql",
                "select text from messages where text like 'Mail%'",
                *store,
                "--unmask",
                "--format",
                "json",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out) == [
        {"text": "Mail me at jo@example.com or +1 202-555-0143"}
    ]
    events = audit_events(StorePath(own_folder))["what"].tolist()
    assert events == ["unmasked", *["exported"] * 4]
