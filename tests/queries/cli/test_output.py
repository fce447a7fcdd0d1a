"""Rows printed as JSON and CSV."""

import csv
import io
import json

import pandas as pd
import pytest

from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.stores import prepare_store


def test_rows_are_printed_as_json_and_csv(capsys, tiny_folder):
    query = ("query", "slice_size", "--store", tiny_folder, "--model", "gpt-4", "--format")
    (row,) = json.loads(command_output(capsys, *query, "json"))
    assert row["conversation_count"] == 2
    assert row["flagged_share"] == 0
    assert row["flagged_high"] == pytest.approx(0.6576, abs=1e-4)
    (line,) = csv.DictReader(io.StringIO(command_output(capsys, *query, "csv")))
    assert line["conversation_count"] == "2"


def test_a_formula_is_escaped_in_csv_and_unchanged_in_json(capsys, tmp_path):
    rows = [tiny_dataset.row("a", '=HYPERLINK("http://e.example")', "English", "- a list", "y")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    listed = ("list", "--store", tmp_path / "store", "--format")
    (line,) = csv.DictReader(io.StringIO(command_output(capsys, *listed, "csv")))
    assert (line["model"], line["opening"]) == ("'" + rows[0]["model"], "'- a list")
    assert json.loads(command_output(capsys, *listed, "json"))[0]["model"] == rows[0]["model"]


def test_missing_values_are_null_in_json_and_empty_in_csv(capsys, tiny_folder):
    query = ("query", "slice_size", "--store", tiny_folder, "--model", "none", "--format")
    (row,) = json.loads(command_output(capsys, *query, "json"))
    assert row["mean_turn_count"] is None
    (line,) = csv.DictReader(io.StringIO(command_output(capsys, *query, "csv")))
    assert line["mean_turn_count"] == ""


def test_a_prompt_group_is_printed_as_its_filter_takes_it(capsys, tiny_folder):
    store = ("--store", tiny_folder)
    query = ("query", "repeated_prompts", *store)
    rows = json.loads(command_output(capsys, *query, "--format", "json"))
    table = command_output(capsys, *query)
    output = command_output(capsys, "show", "a" * 32, *store)
    assert rows
    for row in rows:
        group = str(row["prompt_group"])
        assert len(group) > 3
        assert group in table
        listed = command_output(capsys, "list", *store, "--prompt-group", group, "--format", "json")
        assert len(json.loads(listed)) == row["conversation_count"]
    assert any(str(row["prompt_group"]) in output for row in rows)


@pytest.mark.parametrize("name", ["c.csv", "c.jsonl"])
def test_a_prompt_group_survives_numbers_with_a_fraction(capsys, tmp_path, name):
    """As pandas reads a column with one missing value, and JavaScript every number."""
    rows = [*tiny_dataset.ROWS, tiny_dataset.row("z", "m", "English")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store, out = ("--store", tmp_path / "store"), tmp_path / name
    columns = ("--shape", "conversations", "--columns", "conversation_id,prompt_group")
    command_output(capsys, "export", out, *store, *columns)
    read = pd.read_csv(out) if name == "c.csv" else pd.read_json(out, lines=True)
    assert read["prompt_group"].dtype == float
    for row in read.dropna().itertuples():
        listed = command_output(
            capsys, *("list", *store, "--format", "json"), "--prompt-group", int(row.prompt_group)
        )
        assert row.conversation_id in {r["conversation_id"] for r in json.loads(listed)}
