"""Rows of a statement as a file and on the command line."""

import json
import shutil

import pyarrow.parquet as pq
import pytest

from queries.access_log import noted
from queries.cli import run
from queries.console.asking import Question
from queries.errors import LogError
from queries.export.manifest import METADATA_KEY
from queries.export.sql_results import result_file
from queries.layout import StorePath
from queries.settings import Settings
from queries.store import open_store


def test_a_file_of_the_rows_says_what_it_is_of_and_is_noted(console, own_folder):
    store = open_store(own_folder, Settings())
    question = Question("select model as \"=m\", '+1' as a, 2 as a, ['x'] from slice limit 2")
    found = console.ask(store, question)
    written = result_file(store, question, found, "csv", "ada").decode()
    assert written.splitlines()[0].startswith("'=m,a,a,")
    assert written.splitlines()[1].split(",")[1:3] == ["'+1", "2"]
    parquet = own_folder / "rows.parquet"
    parquet.write_bytes(result_file(store, question, found, "parquet", "ada"))
    said = json.loads(pq.read_schema(parquet).metadata[METADATA_KEY])
    assert said["sql"] == question.sql
    assert said["rows"] == 2
    assert said["is_masked"] is True
    assert said["notice"]
    events = noted(StorePath(own_folder))
    assert events["who"].tolist() == ["ada", "ada"]
    assert events["what"].tolist() == ["exported", "exported"]
    assert all("masked; SQL result as" in of for of in events["of"])


def test_a_date_that_python_does_not_have_is_written_too(console, own_folder):
    store = open_store(own_folder, Settings())
    question = Question("select date '12024-02-29' as day, null as nothing")
    written = result_file(store, question, console.ask(store, question), "csv", "ada").decode()
    assert written.splitlines()[0] == "day,nothing"
    assert "12024-02-29" in written.splitlines()[1]


def test_what_cannot_be_noted_is_not_taken_away(console, own_folder):
    store = open_store(own_folder, Settings())
    found = console.ask(store, Question("select 1"))
    shutil.rmtree(own_folder / "state", ignore_errors=True)
    (own_folder / "state").write_text("no folder")
    with pytest.raises(LogError):
        result_file(store, Question("select 1"), found, "csv", "ada")


def test_the_command_writes_prints_and_refuses(capsys, own_folder, tmp_path):
    out = tmp_path / "rows.parquet"
    store = ["--store", str(own_folder)]
    assert (
        run(["sql", "from slice order by id_rank", *store, "--out", str(out), "--model", "gpt-4"])
        == 0
    )
    assert [one[0] for one in pq.read_table(out)["conversation_id"].to_pylist()] == ["a", "b"]
    assert run(["sql", "select 1", *store, "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert run(["sql", "select 1", *store, "--out", "rows.xlsx"]) == 2
    assert "must end in .parquet or .csv" in capsys.readouterr().err
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
    assert noted(StorePath(own_folder))["what"].tolist() == ["unmasked", "exported"]
