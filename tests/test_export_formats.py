"""The formats of an export: what each does to values, to the end, and the same every time."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import UsageError
from queries.export.manifest import card
from queries.filters import Filters
from queries.published import CURRENT_SCHEMA
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import SAMPLE, prepared
from tests.exporting import csv_of, exported, rows_of

IDS = "01234abcdefg"
SOURCE = sorted(pq.read_table(SAMPLE).to_pylist(), key=lambda row: row["conversation_id"])


def test_bytes_that_are_no_text_come_back_in_parquet_and_are_said_in_json(tmp_path):
    bad = pa.array([b"jo@example.com", b"\xff bad"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 2, bad.buffers())
    messages = pa.StructArray.from_arrays(
        [texts, pa.array(["user", "assistant"])], fields=list(CURRENT_SCHEMA[2].type.value_type)
    )
    rows = tiny.table([tiny.row("a", "m", "English", "x", "y")])
    pq.write_table(
        rows.set_column(2, CURRENT_SCHEMA[2], pa.ListArray.from_arrays([0, 2], messages)),
        tmp_path / "raw.parquet",
    )
    prepared(tmp_path / "raw.parquet", tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.parquet", is_masked=False)
    found = pq.read_table(tmp_path / "x.parquet")["conversation"].combine_chunks().flatten()
    assert found.field("content").cast(pa.binary()).to_pylist() == bad.to_pylist()
    exported(store, tmp_path / "x.jsonl", is_masked=False, format="jsonl")
    said = [m["content"] for m in rows_of(tmp_path / "x.jsonl")[0]["conversation"]]
    assert said == ["jo@example.com", "\ufffd bad"]
    exported(store, tmp_path / "masked.parquet")
    said = [m["content"] for m in rows_of(tmp_path / "masked.parquet")[0]["conversation"]]
    assert said == ["[email address]", "\ufffd bad"]
    store.close()


def test_numbers_that_json_has_not_are_texts(tmp_path):
    row = tiny.row("a", "m", "English", "x")
    row["openai_moderation"][0]["category_scores"]["hate"] = float("inf")
    row["openai_moderation"][0]["category_scores"]["violence"] = float("nan")
    prepared(tiny.write(tmp_path / "raw.parquet", [row]), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.jsonl", format="jsonl")
    scores = rows_of(tmp_path / "x.jsonl")[0]["openai_moderation"][0]["category_scores"]
    assert (scores["hate"], scores["violence"], scores["sexual"]) == ("Infinity", "NaN", 0.01)
    store.close()


@pytest.mark.parametrize("shape", ["published", "messages", "conversations", "prompts", "chat"])
def test_nothing_is_the_slice_of_nothing(tiny_store, tmp_path, shape):
    filters = Filters(model=("no such model",))
    made = exported(tiny_store, tmp_path / "x.parquet", shape=shape, filters=filters)
    full = exported(tiny_store, tmp_path / "y.parquet", shape=shape)
    assert made["counts"]["conversations"] == 0 < full["counts"]["rows"]
    empty, whole = (pq.read_schema(tmp_path / name) for name in ("x.parquet", "y.parquet"))
    assert empty.equals(whole)
    assert made["ids_sha256"] == hashlib.sha256(b"").hexdigest()


def test_ids_are_hashed_sorted_a_line_each(tiny_store, tmp_path):
    made = exported(tiny_store, tmp_path / "x.csv", shape="ids", format="csv")
    ids = "".join(f"{letter * 32}\n" for letter in IDS)
    assert made["ids_sha256"] == hashlib.sha256(ids.encode()).hexdigest()
    assert (tmp_path / "x.csv").read_text().replace('"', "") == f"conversation_id\n{ids}"


def test_a_folder_is_shards_with_a_card(sample_store, tmp_path, monkeypatch):
    monkeypatch.setattr("queries.export.files.SHARD_ROWS", 700)
    made = exported(sample_store, tmp_path / "x", format="hf", is_masked=False)
    files = sorted((tmp_path / "x" / "data").iterdir())
    assert [pq.read_metadata(f).num_rows for f in files] == [700, 700, 600]
    assert rows_of(tmp_path / "x") == SOURCE
    readme = (tmp_path / "x" / "README.md").read_text()
    assert "path: data/*.parquet" in readme
    assert "2,000 conversations" in readme
    assert made["licence_notice"] in readme
    assert "{" not in readme
    assert len(made["files"]) == 4


def test_what_looks_like_a_field_of_the_card_stays_text():
    said = {"counts": {"conversations": 1}, "chatscape_version": "1", "shape_words": "the ids"}
    words = "with {notice} and {shape} in a message"
    written = card({**said, "words": words, "licence_notice": "what binds"}, 2)
    assert f"```text\n{words}\nthe ids\n```" in written
    assert written.endswith("## Licence\n\nwhat binds\n")


def test_cells_of_csv_are_no_formulas(tmp_path):
    texts = ["=1+1", "+1", "-1", "@x", "\tx", 'a "b", c\nd', "", "1", "ok=1"]
    rows = [tiny.row(str(n), "=m", "English", text) for n, text in enumerate(texts)]
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    made = exported(
        store, tmp_path / "x.csv", shape="messages", format="csv", columns=("model", "text")
    )
    found = csv_of(tmp_path / "x.csv")
    assert [row["text"] for row in found] == [
        *("'=1+1", "'+1", "'-1", "'@x", "'\tx", 'a "b", c\nd', "", "1", "ok=1"),
    ]
    assert {row["model"] for row in found} == {"'=m"}
    assert "apostrophe" in made["notes"][0]
    store.close()


def test_the_same_export_is_the_same_file(sample_store, tmp_path):
    for name in ("x.parquet", "x.jsonl.gz", "x.jsonl.zst"):
        format_ = "parquet" if name == "x.parquet" else "jsonl"
        hashes = []
        for folder in ("1", "2"):
            (tmp_path / folder).mkdir(exist_ok=True)
            plan = {"format": format_, "filters": Filters(flagged="any")}
            exported(sample_store, tmp_path / folder / name, **plan)
            hashes.append(hashlib.sha256((tmp_path / folder / name).read_bytes()).hexdigest())
        assert hashes[0] == hashes[1]


def test_parquet_carries_its_manifest_and_that_it_is_synthetic(sample_store, tmp_path):
    made = exported(sample_store, tmp_path / "x.parquet", filters=Filters(flagged="none"))
    said = json.loads(pq.read_schema(tmp_path / "x.parquet").metadata[b"chatscape"])
    assert said == {name: made[name] for name in said} | {"counts": said["counts"]}
    assert said["plan"]["filters"] == {"flagged": "none"}
    again = prepared(tmp_path / "x.parquet", tmp_path / "store").manifest()
    assert again["is_synthetic"]
    assert again["counts"]["conversations"] == made["counts"]["conversations"]


@pytest.mark.parametrize(
    ("said", "name", "sentence"),
    [
        ({"format": "csv"}, "x.csv", "CSV cannot hold the shape published"),
        ({"format": "csv", "shape": "chat"}, "x.csv", "CSV cannot hold the shape chat"),
        ({"format": "parquet"}, "x.parquet.gz", r"Parquet is compressed inside"),
        ({"format": "jsonl"}, "x.parquet", r"x\.parquet does not end in \.jsonl"),
        ({"columns": ("nothing",)}, "x.parquet", "has no column 'nothing'; it has conversation_id"),
        ({"columns": ("model", "model")}, "x.parquet", "is wanted twice"),
        ({"shape": "ids"}, "nowhere/x.parquet", "There is no folder .*nowhere"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(
    tiny_store, tmp_path, said, name, sentence
):
    with pytest.raises(UsageError, match=sentence) as refused:
        exported(tiny_store, tmp_path / name, **said)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []
