"""Rows on standard output, for programs."""

import csv
import io
import json

import pytest

from tests import tiny
from tests.conftest import prepared
from tests.test_cli import said


def test_rows_are_printed_as_json_and_csv(capsys, tiny_folder):
    query = ("query", "slice_size", "--store", tiny_folder, "--model", "gpt-4", "--format")
    (row,) = json.loads(said(capsys, *query, "json"))
    assert row["conversation_count"] == 2
    assert row["flagged_share"] == 0
    assert row["flagged_high"] == pytest.approx(0.6576, abs=1e-4)
    (line,) = csv.DictReader(io.StringIO(said(capsys, *query, "csv")))
    assert line["conversation_count"] == "2"


def test_a_formula_is_disarmed_in_csv_and_stays_in_json(capsys, tmp_path):
    rows = [tiny.row("a", '=HYPERLINK("http://e.example")', "English", "- a list", "y")]
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    listed = ("list", "--store", tmp_path / "store", "--format")
    (line,) = csv.DictReader(io.StringIO(said(capsys, *listed, "csv")))
    assert (line["model"], line["opening"]) == ("'" + rows[0]["model"], "'- a list")
    assert json.loads(said(capsys, *listed, "json"))[0]["model"] == rows[0]["model"]


def test_missing_values_are_null_in_json_and_empty_in_csv(capsys, tiny_folder):
    query = ("query", "slice_size", "--store", tiny_folder, "--model", "none", "--format")
    (row,) = json.loads(said(capsys, *query, "json"))
    assert row["mean_turn_count"] is None
    (line,) = csv.DictReader(io.StringIO(said(capsys, *query, "csv")))
    assert line["mean_turn_count"] == ""
