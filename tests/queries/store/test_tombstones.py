"""Tombstones: what they record, and that every reader honours them at once."""

import json
import shutil
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import ExportError, RemovedError, TombstoneError, UsageError
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.filters import Filters
from queries.open_store import open_store, open_version
from queries.prepare import build_plan as planning
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from queries.store.tombstones import add_tombstones
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.removals import REASON, built, opened, removed_from, table_of, tombstone_rows
from tests.support.stores import conversation_count, prepare_store

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
SECONDS = 120
WATCH = """
import sys, time
from pathlib import Path
from queries.filters import Filters
from queries.settings import Settings
from queries.open_store import open_store
store = open_store(Path(sys.argv[1]), Settings())
store.load_into_memory()
while True:
    print(int(store.run("slice_size", Filters())["conversation_count"].iloc[0]), flush=True)
    time.sleep(0.02)
"""
REMOVE = """
import sys
from pathlib import Path
from queries.store.layout import StorePath
from queries.removal.remove import remove
print("ready", flush=True)
sys.stdin.readline()
store, name = StorePath(Path(sys.argv[1])), sys.argv[2]
for number in range(30):
    remove(store, [f"{name}{number}"], "why", "who", may_be_absent=True)
"""


@pytest.fixture
def folder(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store", ignore=shutil.ignore_patterns("state"))
    return tmp_path / "store"


@pytest.fixture
def store(folder):
    opened_ = open_version(StorePath(folder).current(), Settings(), cached_frames=8)
    yield opened_
    opened_.close()


def count(store):
    return int(store.run("slice_size", Filters())["conversation_count"].iloc[0])


def test_another_process_leaves_removed_conversations_out_within_seconds(folder):
    command = [sys.executable, "-c", WATCH, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "12\n"
        removed_from(folder, [A, B])
        until = time.monotonic() + SECONDS
        while (line := process.stdout.readline()) != "10\n" and time.monotonic() < until:
            assert line == "12\n"
        process.kill()
    assert line == "10\n"


def test_a_cached_result_is_not_used_after_a_removal(folder, store):
    assert count(store) == count(store) == 12
    removed_from(folder, [A])
    assert count(store) == 11
    removed_from(folder, [A, B])
    assert count(store) == 10


def test_concurrent_removals_of_two_processes_are_both_kept(folder):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", REMOVE, str(folder), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "xy"
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in started:
        process.communicate()
        assert process.returncode == 0
    ids = [row["conversation_id"] for row in tombstone_rows(folder)]
    assert ids == sorted(f"{name}{number}" for name in "xy" for number in range(30))
    assert len(audit_events(StorePath(folder))) == 60


def test_a_tombstone_keeps_the_first_date_reason_and_user(folder):
    removed_from(folder, [B, A])
    first = tombstone_rows(folder)
    assert [row["conversation_id"] for row in first] == [A, B]
    assert {(row["reason"], row["removed_by"], row["purged_at"]) for row in first} == {
        (REASON, "tester", None)
    }
    done = remove(StorePath(folder), [A, C], "  another\n reason ", "somebody else")
    assert (done.new, done.known, done.absent) == (1, 1, 0)
    second = tombstone_rows(folder)
    assert second[:2] == first
    assert add_tombstones(StorePath(folder), [B], "a third", "nobody") == 0
    assert tombstone_rows(folder) == second
    assert (second[2]["reason"], second[2]["removed_by"]) == ("another reason", "somebody else")
    assert audit_events(StorePath(folder))["what"].tolist() == ["removed", "removed"]


@pytest.mark.parametrize("harm", ["junk", "cut", "gone", "folder", "other columns"])
def test_unreadable_tombstones_stop_every_query(folder, store, harm):
    removed_from(folder, [A])
    assert count(store) == 11
    path = folder / "removed.parquet"
    data = path.read_bytes()
    path.unlink()
    if harm == "junk":
        path.write_bytes(b"junk" * 100)
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "folder":
        path.mkdir()
    elif harm == "other columns":
        pq.write_table(pa.table({"id": [A]}), path)
    for ask in (count, lambda s: s.slice_mask(Filters()), lambda s: s.removed_ranks):
        with pytest.raises(TombstoneError, match="nothing is shown"):
            ask(store)
    if harm != "gone":
        with pytest.raises(TombstoneError):
            removed_from(folder, [B])
        again = open_store(folder, Settings())
        with pytest.raises(TombstoneError):
            count(again)
        again.close()
    if path.is_dir():
        path.rmdir()
    path.write_bytes(data)
    assert count(store) == 11


@pytest.mark.parametrize("at", ["first", "last"])
def test_an_export_during_which_one_is_removed_fails_and_leaves_nothing(
    folder, store, at, tmp_path
):
    class Removing(Silent):
        def step(self, title, total, unit, *, done=0):
            if at == "first":
                removed_from(folder, [B])
            return super().step(title, total, unit, done=done)

    def late(*_):
        removed_from(folder, [B])
        return []

    out = tmp_path / "x.jsonl"
    with pytest.MonkeyPatch.context() as patched:
        if at == "last":
            patched.setattr("queries.export.write.file_records", late)
        with pytest.raises(ExportError, match="removed in the meantime"):
            write_export(store, ExportPlan(format="jsonl"), out, progress=Removing())
    assert [p.name for p in tmp_path.iterdir()] == ["store"]
    assert write_export(store, ExportPlan(format="jsonl"), out)["counts"]["rows"] == 11


def test_an_export_again_says_that_conversations_were_removed(capsys, folder, tmp_path):
    out = tmp_path / "x.jsonl"
    command_output(capsys, "export", out, "--store", folder, "--shape", "ids")
    removed_from(folder, [A])
    output = command_output(
        *(capsys, "export", tmp_path / "y.jsonl", "--store", folder, "--from"),
        f"{out}.manifest.json",
        code=2,
    )
    assert "1 conversations were removed from this store since" in output
    assert f"missing here: {A}" in output
    assert not (tmp_path / "y.jsonl").exists()


def test_commands_tell_that_a_conversation_was_removed(capsys, folder):
    removed_from(folder, [A])
    at = ("--store", folder)
    assert "permanently removed from this store" in command_output(capsys, "show", A, *at, code=1)
    listed = json.loads(command_output(capsys, "list", *at, "--format", "json"))
    assert len(listed) == 11
    assert A not in str(listed)
    size = json.loads(command_output(capsys, "query", "slice_size", *at, "--format", "json"))
    assert size[0]["conversation_count"] == 11
    built_ = build_index(StorePath(folder), None, Silent())
    assert built_.is_new
    output = command_output(capsys, "search", "egg", "--mode", "words", *at, "--format", "json")
    assert A not in output
    assert "f" * 32 in output


def test_prepare_leaves_removed_conversations_out(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    folder = built(raw, tmp_path / "store", index="none")
    remove(StorePath(folder), [A, C, "later"], "why", "who", may_be_absent=True)
    assert not build_store(str(raw), StorePath(folder), Silent()).is_new
    assert conversation_count(folder) == 10
    prepare_store(raw, folder, fresh=True)
    wanted = sorted(
        row["conversation_id"] for row in tiny_dataset.ROWS if row["conversation_id"] not in (A, C)
    )
    assert [
        row.decode() for row in table_of(folder, "conversations")["conversation_id"].to_pylist()
    ] == wanted
    assert StorePath(folder).current().manifest()["left_out_count"] == 2
    assert not build_store(str(raw), StorePath(folder), Silent()).is_new
    prepare_store(raw, folder, limit=5)
    assert table_of(folder, "conversations")["conversation_id"].to_pylist() == (
        [(letter * 32).encode() for letter in "bde"]
    )
    later = [*tiny_dataset.ROWS, {**tiny_dataset.ROWS[3], "conversation_id": "later"}]
    prepare_store(tiny_dataset.write(tmp_path / "later.parquet", later), folder)
    assert [
        row.decode() for row in table_of(folder, "conversations")["conversation_id"].to_pylist()
    ] == wanted


def test_a_resumed_build_leaves_out_what_was_removed_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "UNIT_ROWS", 4)
    raw = tmp_path / "raw.parquet"
    pq.write_table(tiny_dataset.table(tiny_dataset.ROWS), raw, row_group_size=4)
    folder = built(
        tiny_dataset.write(tmp_path / "first.parquet", tiny_dataset.ROWS[:2]),
        tmp_path / "s",
        index="none",
    )

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("queries.prepare.build.gather_part", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare_store(raw, folder)
    removed_from(folder, [A])
    prepare_store(raw, folder)
    ids = table_of(folder, "conversations")["conversation_id"].to_pylist()
    assert len(ids) == 11
    assert A.encode() not in ids
    assert len(StorePath(folder).versions()) == 2


def test_an_older_open_version_leaves_them_out_too(tmp_path):
    folder = tmp_path / "store"
    before = prepare_store(tiny_dataset.write(tmp_path / "all.parquet", tiny_dataset.ROWS), folder)
    prepare_store(tiny_dataset.write(tmp_path / "few.parquet", tiny_dataset.ROWS[:4]), folder)
    old = open_version(before, Settings())
    removed_from(folder, [A, B])
    assert count(old) == 10
    with opened(folder) as new:
        assert count(new) == 2
        with pytest.raises(RemovedError):
            raise new.not_found_error(A)
        with pytest.raises(UsageError, match="1 of the 1 ids are not in this store"):
            removed_from(folder, ["e" * 32])
    old.close()
