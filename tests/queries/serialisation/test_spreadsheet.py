"""XLSX: values arrive, nothing is run, and what does not fit is a sentence."""

import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.serialisation import spreadsheet
from queries.serialisation.spreadsheet import SheetLimitError, open_sheet, sheet_rows
from tests.support.spreadsheets import cells_of, literal_cells


def written(table):
    out = io.BytesIO()
    with open_sheet(out, table.schema) as sheet:
        sheet.write(sheet_rows(table))
    return io.BytesIO(out.getvalue())


def test_values_of_each_kind_arrive():
    table = pa.table(
        {
            "text": ["naïve 日本 😀", "", None, " a\nb\t"],
            "whole": [1, -(2**40), None, 0],
            "long": [2**53 + 1, -(10**15), 10**15 - 1, 7],
            "real": pa.array([0.1, -1e300, float("inf"), float("nan")], pa.float64()),
            "single": pa.array([0.1, None, float("-inf"), 2.5], pa.float32()),
            "decimal": pa.array(
                [Decimal("1.50"), Decimal("0.00"), None, Decimal("-12345678901234.56")],
                pa.decimal128(20, 2),
            ),
            "truth": [True, False, None, True],
            "day": [date(2023, 4, 1), None, date(1066, 10, 14), date(9999, 1, 1)],
            "nested": [["a", None], [], None, ["=1"]],
        }
    )
    assert cells_of(written(table)) == [
        table.column_names,
        ["naïve 日本 😀", 1, "9007199254740993", 0.1, 0.1, 1.5, True, "2023-04-01", '["a",null]'],
        ["", -(2**40), "-1000000000000000", -1e300, None, 0, False, None, "[]"],
        [None, None, 10**15 - 1, "Infinity", "-Infinity", None, None, "1066-10-14", None],
        [" a\nb\t", 0, 7, "NaN", 2.5, "-12345678901234.56", True, "9999-01-01", '["=1"]'],
    ]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=8))
def test_every_text_comes_back(texts):
    table = pa.table({"text": pa.array(["x", *texts], pa.string())})
    in_xml = [text.translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}) for text in texts]
    assert cells_of(written(table)) == [["text"], ["x"], *([text] for text in in_xml)]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\ufeff=1", " =cmd|' /C calc'!A0", "\r=1"],
)
def test_what_looks_like_a_formula_is_a_text_and_stays_one(text):
    file = written(pa.table({"=name": [text, "plain"], "n": [-1, 2]}))
    assert cells_of(file) == [["=name", "n"], [text, -1], ["plain", 2]]
    assert literal_cells(file) == {"A1", "A2"}


def test_addresses_are_no_links():
    texts = ["https://example.com", "mailto:jo@example.com", "internal:Sheet1!A1", "file:///etc"]
    assert cells_of(written(pa.table({"text": texts})))[1:] == [[text] for text in texts]


def test_a_table_without_rows_or_columns_is_a_sheet_too():
    assert cells_of(written(pa.table({"a": pa.array([], pa.string())}))) == [["a"]]
    assert cells_of(written(pa.table({}))) == []


@pytest.mark.parametrize(("text", "chars"), [("x" * 32_768, "32,768"), ("😀" * 16_384, "32,768")])
def test_a_text_that_is_too_long_is_reported_with_its_place(text, chars):
    fitting = text[: len(text) - 1]
    assert cells_of(written(pa.table({"text": [fitting]})))[1] == [fitting]
    with pytest.raises(SheetLimitError) as refused:
        written(pa.table({"text": ["short", text]}))
    assert str(refused.value) == (
        f"A cell of XLSX holds 32,767 characters; text of row 2 has {chars}. Choose CSV, JSON "
        "lines or parquet, or leave this column out."
    )


def test_too_many_rows_or_columns_are_reported(monkeypatch):
    monkeypatch.setattr(spreadsheet, "SHEET_ROWS_MAX", 4)
    assert len(cells_of(written(pa.table({"n": [1, 2, 3]})))) == 4
    with pytest.raises(SheetLimitError, match="holds 3 rows and a header; there are 4 or more"):
        written(pa.table({"n": [1, 2, 3, 4]}))
    monkeypatch.setattr(spreadsheet, "SHEET_COLUMNS_MAX", 2)
    with pytest.raises(SheetLimitError, match="holds 2 columns; there are 3"):
        written(pa.table({"a": [1], "b": [2], "c": [3]}))


def test_the_limits_are_those_of_the_format():
    assert spreadsheet.SHEET_ROWS_MAX == 2**20
    assert spreadsheet.SHEET_CELL_CHARS_MAX == 2**15 - 1
    assert spreadsheet.SHEET_COLUMNS_MAX == 2**14


def test_rows_that_wait_on_disk_give_the_same_cells_and_leave_nothing(tmp_path):
    table = pa.table({"text": ["a", "b"], "n": [1, 2]})
    (tmp_path / "rows").mkdir()
    for name in ("1.xlsx", "2.xlsx"):
        with open_sheet(tmp_path / name, table.schema, tmp_path / "rows") as sheet:
            sheet.write(sheet_rows(table))
            sheet.write(sheet_rows(table))
    assert list((tmp_path / "rows").iterdir()) == []
    assert cells_of(tmp_path / "1.xlsx")[1:] == [["a", 1], ["b", 2], ["a", 1], ["b", 2]]
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_the_parts_of_the_file_have_no_date_of_today():
    with ZipFile(written(pa.table({"n": [1]}))) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")
