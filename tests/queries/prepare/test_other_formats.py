"""Files that are not parquet: the store is the same as from parquet, value by value."""

import bz2
import csv
import gzip
import io
import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from queries.errors import SourceError
from queries.prepare.conversion.python_literals import parse_literal
from queries.prepare.file_formats import compression_of, source_format
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.odd_rows import ODD_ROWS
from tests.support.stores import prepare_store, rows_by_id

ROWS = sorted(tiny_dataset.ROWS, key=itemgetter("conversation_id"))
TABLE = tiny_dataset.table(ROWS)
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


def csv_of(rows, cell, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([[cell(value) for value in row.values()] for row in rows])
    return out.getvalue().encode()


def json_cell(value):
    return json.dumps(value) if isinstance(value, list) else "" if value is None else value


def python_cell(value):
    return repr(value) if isinstance(value, list) else "" if value is None else value


def pandas_csv():
    """What pandas writes of a parquet file: arrays of NumPy, printed without commas."""
    frame = TABLE.to_pandas()
    assert isinstance(frame["conversation"][0], np.ndarray)
    return frame.to_csv(index=False).encode()


def arrow(new):
    out = io.BytesIO()
    with new(out, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=5)
    return out.getvalue()


def feather():
    out = io.BytesIO()
    pa.feather.write_feather(TABLE, out, compression="lz4")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", LINES),
        ("x.JSONL", b"\xef\xbb\xbf" + LINES),
        ("x.ndjson", LINES.replace(b"\n", b"\r\n\r\n")),
        ("x.json", LINES),
        ("x.json", json.dumps(ROWS).encode()),
        ("x.json", json.dumps({"data": ROWS}, indent=2).encode()),
        ("x.jsonl.gz", gzip.compress(LINES)),
        ("x.jsonl.zst", pa.compress(LINES, "zstd", asbytes=True)),
        ("x.jsonl.bz2", bz2.compress(LINES)),
        ("x.csv", csv_of(ROWS, json_cell)),
        ("x.csv", b"\xef\xbb\xbf" + csv_of(ROWS, json_cell, ";")),
        ("x.tsv", csv_of(ROWS, json_cell, "\t")),
        ("x.csv", csv_of(ROWS, python_cell)),
        ("x.csv.gz", gzip.compress(csv_of(ROWS, python_cell))),
        ("x.csv", pandas_csv()),
        ("x.arrow", arrow(pa.ipc.new_file)),
        ("x.arrow", arrow(pa.ipc.new_stream)),
        ("x.feather", feather()),
    ],
)
def test_the_store_is_the_same_as_from_parquet(tmp_path, name, content):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / name).write_bytes(content)
    version = prepare_store(tmp_path / "raw", tmp_path / "store")
    assert rows_by_id(version) == ROWS
    (source,) = version.manifest()["sources"]
    assert source["path"] == str(tmp_path / "raw" / name)
    assert source["bytes"] == len(content)
    assert source["row_count"] == 12
    assert source["missing_columns"] == source["dropped_columns"] == []
    assert not StorePath(tmp_path / "store").converted_path.exists()


def test_odd_rows_arrive_as_they_are(tmp_path):
    rows = [{**row, "conversation_id": f"{n:032x}"} for n, row in enumerate(ODD_ROWS)]
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(tiny_dataset.table(rows), tmp_path / "x.parquet")
    stores = [tmp_path / "of_lines", tmp_path / "of_parquet"]
    raw = [tmp_path / "x.jsonl", tmp_path / "x.parquet"]
    of_lines, of_parquet = (prepare_store(*pair) for pair in zip(raw, stores, strict=True))
    assert rows_by_id(of_lines) == rows_by_id(of_parquet)
    assert of_lines.manifest()["oddities"] == of_parquet.manifest()["oddities"]


def test_half_of_a_surrogate_pair_is_kept_and_counted(tmp_path):
    row = json.dumps({**ROWS[0], "conversation": [{"role": "user", "content": "cut \ud83d"}]})
    assert r"\ud83d" in row
    (tmp_path / "x.jsonl").write_text(row)
    version = prepare_store(tmp_path / "x.jsonl", tmp_path / "store")
    assert version.manifest()["oddities"]["text_not_utf8"] == 1


def test_a_file_that_was_prepared_is_not_converted_again(tmp_path, monkeypatch):
    (tmp_path / "x.jsonl").write_bytes(LINES)
    first = prepare_store(tmp_path / "x.jsonl", tmp_path / "store")
    monkeypatch.setattr("queries.prepare.source_inspection.convert", None)
    assert prepare_store(tmp_path / "x.jsonl", tmp_path / "store") == first


def test_columns_that_a_file_lacks_are_null_or_counted(tmp_path):
    rows = [
        {name: row[name] for name in ("conversation_id", "model", "conversation")} for row in ROWS
    ]
    lines = [json.dumps({**row, "rating": 5}) for row in rows]
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    version = prepare_store(tmp_path / "x.jsonl", tmp_path / "store")
    prepared = rows_by_id(version)
    assert [row["turn"] for row in prepared] == [row["turn"] for row in ROWS]
    assert {row["language"] for row in prepared} == {None}
    assert {row["openai_moderation"] is None for row in prepared} == {True}
    assert [row["redacted"] for row in prepared] == [bool(row["redacted"]) for row in ROWS]
    (source,) = version.manifest()["sources"]
    assert source["missing_columns"] == ["turn", "language", "openai_moderation", "redacted"]
    assert source["dropped_columns"] == ["rating"]


BROKEN = b'{"conversation_id": "a", "model": "m", "conversation": [{"role": "us\n'


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "x.jsonl",
            LINES + BROKEN,
            r", line 13, is not complete JSON: Unterminated string .* at character 6\d",
        ),
        ("x.jsonl", LINES + b"\xff\n", ", line 13, is not UTF-8"),
        ("x.jsonl", LINES + b"[1]\n", ", line 13, is not an object with named values"),
        ("x.jsonl", b"", " is empty"),
        (
            "x.jsonl",
            LINES.replace(b'"turn": 2', b'"turn": "two"', 1),
            "'two', and cannot be read as",
        ),
        ("x.jsonl", b'{"id": 1, "text": "hello"}\n', "lacks the column 'conversation_id'"),
        ("x.jsonl", b"version https://git-lfs.github.com/spec/v1\n", " is a pointer of Git LFS"),
        ("x.jsonl.gz", gzip.compress(LINES)[:-20], " could not be read to its end"),
        ("x.json", b'{\n"rows": 12}', " holds no list of objects"),
        ("x.json", b'[{"a": 1},\n {"a"', r" is not complete JSON: .* at line 2, character"),
        ("x.csv", csv_of(ROWS, json_cell) + b"a,b\n", ", line .*, has 2 cells, and the head has 7"),
        ("x.csv", b"id,text\n1,hello\n", "lacks the column 'conversation_id'"),
        ("x.csv", csv_of(ROWS, json_cell).replace(b"[{", b"[", 1), ", line 2: the column 'conv"),
        ("x.csv", "id\tmodel\n".encode("utf-16"), "not UTF-8|not CSV|invalid"),
        ("x.arrow", arrow(pa.ipc.new_file)[:999], " is not a complete Arrow file|to its end"),
        ("x.arrow", LINES, " is not a complete Arrow file"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=sentence) as refusal:
        prepare_store(tmp_path / name, tmp_path / "store")
    assert str(refusal.value).startswith(str(tmp_path / name))
    assert "\n" not in str(refusal.value)
    assert StorePath(tmp_path / "store").current_name() is None
    assert not list((tmp_path / "store").rglob("*.parquet*"))


def test_a_saved_dataset_is_read_without_its_cache_files(tmp_path):
    train = tmp_path / "raw" / "train"
    train.mkdir(parents=True)
    half = TABLE.slice(0, 6), TABLE.slice(6)
    names = [f"data-0000{n}-of-00002.arrow" for n in range(2)]
    for name, rows in zip([*names, "cache-17.arrow"], [*half, TABLE], strict=True):
        with pa.ipc.new_stream(train / name, TABLE.schema) as writer:
            writer.write_table(rows)
    (tmp_path / "raw" / "dataset_dict.json").write_text('{"splits": ["train"]}')
    state = {"_data_files": [{"filename": name} for name in names], "_indices_files": None}
    (train / "state.json").write_text(json.dumps(state))
    assert rows_by_id(prepare_store(tmp_path / "raw", tmp_path / "store")) == ROWS


def test_a_selection_of_a_saved_dataset_is_refused(tmp_path):
    with pa.ipc.new_stream(tmp_path / "data.arrow", TABLE.schema) as writer:
        writer.write_table(TABLE)
    state = {"_data_files": [{"filename": "data.arrow"}], "_indices_files": [{"filename": "i"}]}
    (tmp_path / "state.json").write_text(json.dumps(state))
    with pytest.raises(SourceError, match="is a selection of rows of a dataset"):
        prepare_store(tmp_path, tmp_path / "store")


def test_a_folder_is_read_in_one_format(tmp_path):
    (tmp_path / "raw").mkdir()
    pq.write_table(TABLE, tmp_path / "raw" / "x.parquet")
    (tmp_path / "raw" / "y.jsonl").write_bytes(LINES)
    assert rows_by_id(prepare_store(tmp_path / "raw", tmp_path / "store")) == ROWS


@pytest.mark.parametrize(
    ("folder", "values"),
    [
        ("language={}", [("English", "English"), ("Swiss%20German", "Swiss German")]),
        ("model={}/x=1", [("gpt-4", "gpt-4"), ("__HIVE_DEFAULT_PARTITION__", None)]),
        ("turn={}", [("7", 7), ("12", 12)]),
        ("redacted={}", [("true", True), ("False", False)]),
    ],
)
def test_the_names_of_folders_are_a_column(tmp_path, folder, values):
    column = folder.partition("=")[0]
    for half, (name, _) in zip((ROWS[:5], ROWS[5:]), values, strict=True):
        path = tmp_path / "raw" / folder.format(name) / "data.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(tiny_dataset.table(half).drop_columns(column), path)
    version = prepare_store(tmp_path / "raw", tmp_path / "store")
    wanted = [values[0][1]] * 5 + [values[1][1]] * 7
    assert [row[column] for row in rows_by_id(version)] == wanted
    # Other names of the same bytes are other data.
    first = next((tmp_path / "raw").iterdir())
    first.rename(first.with_name(f"{column}=1"))
    assert prepare_store(tmp_path / "raw", tmp_path / "store") != version


def test_a_folder_whose_name_fits_no_column_is_named(tmp_path):
    path = tmp_path / "turn=two" / "data.parquet"
    path.parent.mkdir()
    pq.write_table(TABLE.drop_columns("turn"), path)
    with pytest.raises(SourceError, match="the folder turn=two is no value of the column 'turn'"):
        prepare_store(path, tmp_path / "store")


def test_a_column_of_the_file_wins_over_its_folder(tmp_path):
    path = tmp_path / "language=German" / "data.parquet"
    path.parent.mkdir()
    pq.write_table(TABLE, path)
    assert rows_by_id(prepare_store(tmp_path / "language=German", tmp_path / "store")) == ROWS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
        ("{'a': [1, None, \"it's\"], 'b': True}", {"a": [1, None, "it's"], "b": True}),
        ("[{'a': 'x\\n'}\n {'a': \"y's\"}]", [{"a": "x\n"}, {"a": "y's"}]),
        ("array([{'a': 1.5e-3}, {'a': -2}], dtype=object)", [{"a": 0.0015}, {"a": -2}]),
        ("{'a': array([], dtype=object), 'b': ()}", {"a": [], "b": []}),
        ("[np.True_ np.float64(0.5)]", [True, 0.5]),
        ("[1 2 ... 9 10]", None),
        ("[1, 2", None),
        ("[1] 2", None),
        ("__import__('os').system('x')", None),
        ("[" * 5_000, None),
    ],
)
def test_texts_of_python_and_numpy_are_values(text, value):
    if value is None:
        with pytest.raises(ValueError, match=r"\w"):
            parse_literal(text)
    else:
        assert parse_literal(text) == value


def test_formats_are_told_by_names():
    names = {"A.PARQUET": "parquet", "a.jsonl.gz": "jsonl", "a.csv.zst": "csv", "a.txt": None}
    assert {name: source_format(Path(name)) for name in names} == names
    assert compression_of(Path("a.JSON.GZ")) == "gzip"
    assert source_format(Path("a.parquet.gz")) is None
    assert source_format(Path("dataset_info.json")) is None
