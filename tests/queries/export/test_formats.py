"""The formats of an export: what each does to values, to the end, and the same every time."""

import codecs
import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.datasets.lmsys_chat import CURRENT_SCHEMA
from queries.errors import DataError, UsageError
from queries.export.id_lists import read_id_list
from queries.export.manifest import dataset_card
from queries.filters import Filters
from queries.open_store import open_store
from queries.serialisation.csv_safety import escape_formula
from queries.settings import Settings
from tests.support import tiny_dataset
from tests.support.exports import AS_PUBLISHED, csv_of, exported, left_in, rows_of
from tests.support.paths import SAMPLE
from tests.support.spreadsheets import cells_of
from tests.support.stores import prepare_store

IDS = "01234abcdefg"
SOURCE = sorted(pq.read_table(SAMPLE).to_pylist(), key=lambda row: row["conversation_id"])


def test_bytes_that_are_no_text_come_back_in_parquet_and_are_marked_in_json(tmp_path):
    bad = pa.array([b"jo@example.com", b"\xff bad"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 2, bad.buffers())
    messages = pa.StructArray.from_arrays(
        [texts, pa.array(["user", "assistant"])], fields=list(CURRENT_SCHEMA[2].type.value_type)
    )
    rows = tiny_dataset.table([tiny_dataset.row("a", "m", "English", "x", "y")])
    pq.write_table(
        rows.set_column(2, CURRENT_SCHEMA[2], pa.ListArray.from_arrays([0, 2], messages)),
        tmp_path / "raw.parquet",
    )
    prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.parquet", **AS_PUBLISHED)
    read_back = pq.read_table(tmp_path / "x.parquet")["conversation"].combine_chunks().flatten()
    assert read_back.field("content").cast(pa.binary()).to_pylist() == bad.to_pylist()
    exported(store, tmp_path / "x.jsonl", **AS_PUBLISHED, format="jsonl")
    contents = [m["content"] for m in rows_of(tmp_path / "x.jsonl")[0]["conversation"]]
    assert contents == ["jo@example.com", "\ufffd bad"]
    exported(store, tmp_path / "masked.parquet")
    contents = [m["content"] for m in rows_of(tmp_path / "masked.parquet")[0]["conversation"]]
    assert contents == ["[email address]", "\ufffd bad"]
    flat = {"is_masked": False, "shape": "messages", "columns": ("text",)}
    exported(store, tmp_path / "x.csv", **flat, format="csv")
    assert [row["text"] for row in csv_of(tmp_path / "x.csv")] == ["jo@example.com", "\ufffd bad"]
    exported(store, tmp_path / "x.xlsx", **flat, format="xlsx")
    assert cells_of(tmp_path / "x.xlsx")[1:] == [["jo@example.com"], ["\ufffd bad"]]
    store.close()


def test_numbers_that_json_has_not_are_texts(tmp_path):
    row = tiny_dataset.row("a", "m", "English", "x")
    row["openai_moderation"][0]["category_scores"]["hate"] = float("inf")
    row["openai_moderation"][0]["category_scores"]["violence"] = float("nan")
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", [row]), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.jsonl", format="jsonl")
    scores = rows_of(tmp_path / "x.jsonl")[0]["openai_moderation"][0]["category_scores"]
    assert (scores["hate"], scores["violence"], scores["sexual"]) == ("Infinity", "NaN", 0.01)
    store.close()


@pytest.mark.parametrize("shape", ["published", "messages", "conversations", "prompts", "chat"])
def test_nothing_is_the_slice_of_nothing(tiny_store, tmp_path, shape):
    filters = Filters(model=("no such model",))
    manifest = exported(tiny_store, tmp_path / "x.parquet", shape=shape, filters=filters)
    full = exported(tiny_store, tmp_path / "y.parquet", shape=shape)
    assert manifest["counts"]["conversations"] == 0 < full["counts"]["rows"]
    empty, whole = (pq.read_schema(tmp_path / name) for name in ("x.parquet", "y.parquet"))
    assert empty.equals(whole)
    assert manifest["ids_sha256"] == hashlib.sha256(b"").hexdigest()


def test_ids_are_hashed_sorted_a_line_each(tiny_store, tmp_path):
    manifest = exported(tiny_store, tmp_path / "x.csv", shape="ids", format="csv")
    ids = "".join(f"{letter * 32}\n" for letter in IDS)
    assert manifest["ids_sha256"] == hashlib.sha256(ids.encode()).hexdigest()
    assert (tmp_path / "x.csv").read_text().replace('"', "") == f"conversation_id\n{ids}"


def test_a_folder_is_shards_with_a_card(sample_store, tmp_path, monkeypatch):
    monkeypatch.setattr("queries.export.writers.SHARD_ROWS", 700)
    manifest = exported(sample_store, tmp_path / "x", format="hf", **AS_PUBLISHED)
    files = sorted((tmp_path / "x" / "data").iterdir())
    assert [pq.read_metadata(f).num_rows for f in files] == [700, 700, 600]
    assert rows_of(tmp_path / "x") == SOURCE
    readme = (tmp_path / "x" / "README.md").read_text()
    assert "path: data/*.parquet" in readme
    assert "2,000 conversations" in readme
    assert manifest["licence_notice"] in readme
    assert "{" not in readme
    assert len(manifest["files"]) == 4


def test_what_looks_like_a_field_of_the_card_stays_text():
    facts = {"counts": {"conversations": 1}, "chatscape_version": "1", "shape_words": "the ids"}
    words = "with {notice} and {shape} in a message"
    written = dataset_card({**facts, "words": words, "licence_notice": "what binds"}, 2)
    assert f"```text\n{words}\nthe ids\n```" in written
    assert written.endswith("## Licence\n\nwhat binds\n")


def test_cells_of_csv_are_no_formulas(tmp_path):
    texts = ["=1+1", "+1", "-1", "@x", "\tx", 'a "b", c\nd', "", "1", "ok=1"]
    rows = [tiny_dataset.row(str(n), "=m", "English", text) for n, text in enumerate(texts)]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    manifest = exported(
        store, tmp_path / "x.csv", shape="messages", format="csv", columns=("model", "text")
    )
    exported_rows = csv_of(tmp_path / "x.csv")
    assert [row["text"] for row in exported_rows] == [
        *("'=1+1", "'+1", "'-1", "'@x", "'\tx", 'a "b", c\nd', "", "1", "ok=1"),
    ]
    assert {row["model"] for row in exported_rows} == {"'=m"}
    assert "apostrophe" in manifest["notes"][0]
    store.close()


def test_a_csv_for_excel_begins_with_a_byte_order_mark(tiny_store, tmp_path):
    plan = {"shape": "messages", "format": "csv"}
    exported(tiny_store, tmp_path / "plain.csv", **plan)
    manifest = exported(tiny_store, tmp_path / "excel.csv", **plan, has_bom=True)
    plain, excel = ((tmp_path / name).read_bytes() for name in ("plain.csv", "excel.csv"))
    assert excel == codecs.BOM_UTF8 + plain
    assert not plain.startswith(codecs.BOM_UTF8)
    assert manifest["plan"]["has_bom"] is True
    exported(tiny_store, tmp_path / "ids.csv", shape="ids", format="csv", has_bom=True)
    assert read_id_list(tmp_path / "ids.csv") == [letter * 32 for letter in IDS]


@pytest.mark.parametrize("shape", ["messages", "conversations", "prompts", "ids"])
def test_a_sheet_has_the_rows_of_the_csv(tiny_store, tmp_path, shape):
    for format_ in ("csv", "xlsx", "parquet"):
        exported(tiny_store, tmp_path / f"x.{format_}", shape=shape, format=format_)
    header, *rows = cells_of(tmp_path / "x.xlsx")
    assert header == pq.read_schema(tmp_path / "x.parquet").names
    assert len(rows) == pq.read_metadata(tmp_path / "x.parquet").num_rows
    lines = csv_of(tmp_path / "x.csv")
    assert [[_as_in_csv(cell) for cell in row] for row in rows] == [
        [_as_number(cell) for cell in line.values()] for line in lines
    ]
    assert {path.name for path in tmp_path.iterdir() if "manifest" not in path.name} == {
        *("x.csv", "x.xlsx", "x.parquet"),
    }


def _as_in_csv(cell):
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "true", False: "false"}[cell]
    return _as_number(escape_formula(cell) if isinstance(cell, str) else cell)


def _as_number(text):
    try:
        return pytest.approx(float(text), rel=1e-15)
    except ValueError:
        return text


def test_what_does_not_fit_into_a_sheet_is_refused_and_leaves_nothing(
    tiny_store, tmp_path, monkeypatch
):
    monkeypatch.setattr("queries.serialisation.spreadsheet.SHEET_ROWS_MAX", 13)
    exported(tiny_store, tmp_path / "fits.xlsx", shape="ids", format="xlsx")
    (tmp_path / "x.xlsx.partial.sheet").mkdir()  # Of a process that was killed.
    (tmp_path / "x.xlsx.partial.sheet" / "rows").write_text("a message")
    before = left_in(tmp_path) - {"x.xlsx.partial.sheet"}
    with pytest.raises(DataError, match=r"holds 12 rows and a header; there are \d+ or more"):
        exported(tiny_store, tmp_path / "x.xlsx", shape="messages", format="xlsx")
    monkeypatch.setattr("queries.serialisation.spreadsheet.SHEET_ROWS_MAX", 12)
    with pytest.raises(DataError, match="holds 11 rows and a header; there are 12 or more"):
        exported(tiny_store, tmp_path / "x.xlsx", shape="ids", format="xlsx")
    monkeypatch.undo()
    monkeypatch.setattr("queries.serialisation.spreadsheet.SHEET_CELL_CHARS_MAX", 40)
    with pytest.raises(DataError, match="A cell of XLSX holds 40 characters; text of row"):
        exported(tiny_store, tmp_path / "x.xlsx", shape="messages", format="xlsx")
    assert left_in(tmp_path) == before


def test_the_same_export_is_the_same_file(sample_store, tmp_path):
    for name in ("x.parquet", "x.jsonl.gz", "x.jsonl.zst", "x.xlsx"):
        format_ = name.split(".")[1]
        shape = "messages" if format_ == "xlsx" else "published"
        hashes = []
        for folder in ("1", "2"):
            (tmp_path / folder).mkdir(exist_ok=True)
            plan = {"format": format_, "shape": shape, "filters": Filters(flagged="any")}
            exported(sample_store, tmp_path / folder / name, **plan)
            hashes.append(hashlib.sha256((tmp_path / folder / name).read_bytes()).hexdigest())
        assert hashes[0] == hashes[1]


def test_parquet_carries_its_manifest_and_that_it_is_synthetic(sample_store, tmp_path):
    manifest = exported(sample_store, tmp_path / "x.parquet", filters=Filters(flagged="none"))
    embedded = json.loads(pq.read_schema(tmp_path / "x.parquet").metadata[b"chatscape"])
    assert embedded == {name: manifest[name] for name in embedded} | {"counts": embedded["counts"]}
    assert embedded["plan"]["filters"] == {"flagged": "none"}
    again = prepare_store(tmp_path / "x.parquet", tmp_path / "store").manifest()
    assert again["is_synthetic"]
    assert again["counts"]["conversations"] == manifest["counts"]["conversations"]


@pytest.mark.parametrize(
    ("options", "name", "sentence"),
    [
        ({"format": "csv"}, "x.csv", "CSV cannot hold the shape published"),
        ({"format": "csv", "shape": "chat"}, "x.csv", "CSV cannot hold the shape chat"),
        ({"format": "xlsx"}, "x.xlsx", "XLSX cannot hold the shape published"),
        ({"format": "parquet"}, "x.parquet.gz", r"Parquet is compressed already"),
        ({"format": "xlsx", "shape": "ids"}, "x.xlsx.gz", r"Xlsx is compressed already"),
        ({"format": "xlsx", "shape": "ids", "has_bom": True}, "x.xlsx", "Only a CSV has a byte"),
        ({"format": "jsonl"}, "x.parquet", r"x\.parquet does not end in \.jsonl"),
        ({"columns": ("nothing",)}, "x.parquet", "has no column 'nothing'; it has conversation_id"),
        ({"columns": ("model", "model")}, "x.parquet", "is requested twice"),
        ({"shape": "ids"}, "nowhere/x.parquet", "There is no folder .*nowhere"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(
    tiny_store, tmp_path, options, name, sentence
):
    with pytest.raises(UsageError, match=sentence) as refused:
        exported(tiny_store, tmp_path / name, **options)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
