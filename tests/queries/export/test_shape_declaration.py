"""Adding an export shape takes one declaration: everything else reads it."""

import importlib

import pyarrow as pa
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from queries.cli import export as export_command
from queries.export.describe import shape_words
from queries.export.plan import ExportPlan
from queries.export.shapes import SHAPES, ShapedRows, ShapeSpec
from tests.support.exports import csv_of, exported, rows_of


def first_letters(part, columns, mask):
    """The id and the first letter of each opening."""
    rows = part.conversations(["conversation_id", "opening"])
    letters = [None if text is None else text[:1] for text in mask(rows["opening"]).to_pylist()]
    table = pa.table({"conversation_id": rows["conversation_id"], "letter": pa.array(letters)})
    return ShapedRows(table.select(list(columns)), table.num_rows)


LETTERS = ShapeSpec(
    name="letters",
    title="First letters",
    meaning="One row per conversation with the first letter of its opening.",
    summary="one row a first letter",
    schema=lambda _: pa.schema([("conversation_id", pa.string()), ("letter", pa.string())]),
    rows=first_letters,
    is_text=lambda column: column.name == "letter",
    text_kind="opening",
)


@pytest.fixture
def letters(monkeypatch):
    """A shape that only this test knows."""
    monkeypatch.setitem(SHAPES, LETTERS.name, LETTERS)
    importlib.reload(export_command)
    yield
    monkeypatch.undo()
    importlib.reload(export_command)


def form():
    import streamlit as st

    from dashboard.panels.export.form import show_export_form
    from dashboard.state import query_params
    from queries.filters import Filters

    query_params.sync_from_browser("export")
    request = show_export_form(Filters())
    st.text(f"{request.plan.shape} {request.name}")


def test_the_command_line_offers_it(letters):
    usage = CliRunner().invoke(export_command.export, ["--help"]).output
    assert "chat|ids|letters]" in "".join(usage.split())


def test_the_form_offers_it(letters, sample_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(sample_folder))
    app = AppTest.from_function(form, default_timeout=60)
    app.query_params["shape"] = "letters"
    app.run()
    assert not app.exception
    assert "First letters" in app.button_group(key="shape").options
    meanings = [caption.value.replace("\\", "") for caption in app.caption]
    assert LETTERS.meaning in meanings
    assert app.selectbox(key="export_format").options[-1] == "csv.gz"
    assert app.multiselect(key="export_columns_letters").options == ["conversation_id", "letter"]
    assert app.text[-1].value == "letters slice-letters.parquet"


def test_manifests_describe_it(letters):
    plan = ExportPlan(shape="letters")
    assert shape_words(plan) == "one row a first letter; contact data masked"


@pytest.mark.parametrize("name", ["x.parquet", "x.jsonl"])
def test_it_is_written(letters, tiny_store, tmp_path, name):
    manifest = exported(tiny_store, tmp_path / name, shape="letters", format=name[2:])
    assert manifest["counts"]["rows"] == 12
    rows = rows_of(tmp_path / name)
    assert {tuple(row) for row in rows} == {("conversation_id", "letter")}
    assert "H" in {row["letter"] for row in rows}


def test_it_is_written_as_csv(letters, tiny_store, tmp_path):
    exported(tiny_store, tmp_path / "x.csv", shape="letters", format="csv", columns=("letter",))
    assert {tuple(row) for row in csv_of(tmp_path / "x.csv")} == {("letter",)}
