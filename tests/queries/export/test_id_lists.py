"""The ids that are to be removed: from what files they are read, and what is said of bad ones."""

import gzip
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.cli import run
from queries.errors import DataError, TombstoneError, UsageError
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.filters import Filters
from queries.open_store import open_store
from queries.removal.remove import remove
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support.command_line import command_output
from tests.support.removals import tombstone_rows
from tests.support.stores import conversation_count

A, B = ("a" * 32, "b" * 32)


@pytest.fixture
def folder(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store", ignore=shutil.ignore_patterns("state"))
    return tmp_path / "store"


@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "jsonl.gz", "csv.zst", "parquet", "hf"])
def test_ids_are_read_from_lines_and_from_every_export(folder, tmp_path, kind):
    out = tmp_path / (f"ids.{kind}" if kind != "hf" else "folder")
    if kind == "txt":
        out.write_bytes(f"\ufeff{A}\r\n# two of them\r\n\r\n{B}".encode())
    else:
        source = open_store(folder, Settings())
        plan = {"shape": "ids", "format": kind.split(".")[0], "filters": Filters(model=("gpt-4",))}
        write_export(source, ExportPlan(**plan), out)
        source.close()
    arguments = ["remove", "--ids", out, "--reason", "x", "--store", folder]
    assert run([str(a) for a in arguments]) == 0
    assert [row["conversation_id"] for row in tombstone_rows(folder)] == [A, B]


@pytest.mark.parametrize("after", [" ", "\t", "\u00a0", "\x0b", "\u2028"])
@pytest.mark.parametrize("from_input", [True, False])
def test_an_id_with_white_space_is_another_id(
    folder, tmp_path, after, from_input, monkeypatch, capsys
):
    """Removal is for good, so nothing is removed that the list does not name exactly."""
    text = f"{A}{after}\n{after}{B}\n"
    (tmp_path / "ids.txt").write_text(text)
    monkeypatch.setattr("queries.cli.removal._input_text", lambda: text)
    file = "-" if from_input else tmp_path / "ids.txt"
    arguments = ("remove", "--ids", file, "--reason", "x", "--store", folder)
    error = command_output(capsys, *arguments, code=2)
    assert "2 of the 2 ids are not in this store" in error
    assert "White space at either end of a line counts as part of an id." in error
    assert not (folder / "removed.parquet").exists()


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
def test_bad_ids_are_one_sentence_and_nothing_is_written(capsys, folder, tmp_path, name):
    path, data = next(case for case in _bad_ids(tmp_path) if case[0].name == name)
    if data is not None:
        path.write_bytes(data)
    before = sorted(folder.rglob("*"))
    output = command_output(
        capsys, "remove", "--ids", path, "--reason", "x", "--store", folder, code=2
    )
    assert output.startswith("Error: ")
    assert output.endswith(".\n")
    assert output.count("\n") == 1
    assert sorted(folder.rglob("*")) == before


def test_a_folder_without_ids_and_columns_of_other_types_are_reported(capsys, folder, tmp_path):
    (tmp_path / "out" / "data").mkdir(parents=True)
    for name, values in (("int", [1, 2]), ("null", [A, None])):
        pq.write_table(pa.table({"conversation_id": values}), tmp_path / f"{name}.parquet")
    for name in ("out", "int.parquet", "null.parquet"):
        arguments = ("remove", "--ids", tmp_path / name, "--reason", "x", "--store", folder)
        assert command_output(capsys, *arguments, code=2).startswith("Error: ")
    assert not (folder / "removed.parquet").exists()


def test_no_reason_no_ids_no_store_and_no_room_are_reported(folder, tmp_path, monkeypatch):
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
    with pytest.raises(TombstoneError, match="Nothing was removed"):
        remove(at, [A], "why", "who")
    assert not (folder / "removed.parquet").exists()
    assert conversation_count(folder) == 12
