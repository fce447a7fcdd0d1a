"""The ids that are to be removed: from what files they are read, and what is said of bad ones."""

import gzip
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.cli import run
from queries.errors import DataError, RegisterError, UsageError
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.filters import Filters
from queries.layout import StorePath
from queries.removal.remove import remove
from queries.settings import Settings
from queries.store import open_store
from tests.test_crash import conversation_count
from tests.test_register import register_of, said

A, B = ("a" * 32, "b" * 32)


@pytest.fixture
def folder(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store", ignore=shutil.ignore_patterns("state"))
    return tmp_path / "store"


@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "jsonl.gz", "csv.zst", "parquet", "hf"])
def test_ids_are_read_from_lines_and_from_every_export(folder, tmp_path, kind):
    out = tmp_path / (f"ids.{kind}" if kind != "hf" else "folder")
    if kind == "txt":
        out.write_bytes(f"\ufeff{A}\r\n# two of them\r\n\r\n  {B}  ".encode())
    else:
        source = open_store(folder, Settings())
        plan = {"shape": "ids", "format": kind.split(".")[0], "filters": Filters(model=("gpt-4",))}
        write_export(source, ExportPlan(**plan), out)
        source.close()
    arguments = ["remove", "--ids", out, "--reason", "x", "--store", folder]
    assert run([str(a) for a in arguments]) == 0
    assert [row["conversation_id"] for row in register_of(folder)] == [A, B]


def _bad_ids(path):
    """Files that no ids can be read from, or that name one that is not there."""
    yield path / "missing.txt", None
    yield path / "empty.txt", b""
    yield path / "remarks.txt", b"# a\n \n# b"
    yield path / "junk", bytes(range(256)) * 9
    yield path / "junk.jsonl", bytes(range(256)) * 9
    yield path / "junk.parquet", bytes(range(256)) * 9
    yield path / "junk.csv.gz", bytes(range(256)) * 9
    yield path / "empty.csv", b""
    yield path / "other.csv", b"id\na\n"
    yield path / "number.jsonl", b"5\n"
    yield path / "null.jsonl", b'{"conversation_id": null}\n'
    yield path / "list.jsonl", b'[{"conversation_id": "a"}]\n'
    yield (
        path / "half.jsonl.gz",
        gzip.compress(f'{{"conversation_id": "{A}"}}\n'.encode() * 99)[:-20],
    )
    yield path / "one-is-unknown.txt", f"{A}\nnobody\n".encode()


@pytest.mark.parametrize("name", [path.name for path, _ in _bad_ids(Path())])
def test_bad_ids_are_said_in_a_sentence_and_nothing_is_written(capsys, folder, tmp_path, name):
    path, data = next(one for one in _bad_ids(tmp_path) if one[0].name == name)
    if data is not None:
        path.write_bytes(data)
    before = sorted(folder.rglob("*"))
    told = said(capsys, "remove", "--ids", path, "--reason", "x", "--store", folder, code=2)
    assert told.startswith("Error: ")
    assert told.endswith(".\n")
    assert told.count("\n") == 1
    assert sorted(folder.rglob("*")) == before


def test_a_folder_without_ids_and_columns_of_other_types_are_said(capsys, folder, tmp_path):
    (tmp_path / "out" / "data").mkdir(parents=True)
    for name, values in (("int", [1, 2]), ("null", [A, None])):
        pq.write_table(pa.table({"conversation_id": values}), tmp_path / f"{name}.parquet")
    for name in ("out", "int.parquet", "null.parquet"):
        arguments = ("remove", "--ids", tmp_path / name, "--reason", "x", "--store", folder)
        assert said(capsys, *arguments, code=2).startswith("Error: ")
    assert not (folder / "removed.parquet").exists()


def test_no_reason_no_ids_no_store_and_no_room_are_said(folder, tmp_path, monkeypatch):
    at = StorePath(folder)
    for ids, reason in (([A], " \n "), ([A], "x" * 501), ([], "why")):
        with pytest.raises(UsageError):
            remove(at, ids, reason, "who")
    with pytest.raises(DataError, match="no prepared store"):
        remove(StorePath(tmp_path / "none"), [A], "why", "who")
    assert not (tmp_path / "none").exists()
    (folder / "state").write_text("in its place")
    with pytest.raises(DataError):
        remove(at, [A], "why", "who")
    assert not (folder / "removed.parquet").exists()
    (folder / "state").unlink()
    (folder / ".removing").mkdir()
    with pytest.raises(RegisterError, match="Nothing was removed"):
        remove(at, [A], "why", "who")
    assert not (folder / "removed.parquet").exists()
    assert conversation_count(folder) == 12
