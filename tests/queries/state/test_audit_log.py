"""The log of what was unmasked: what is in it, who may write at once, what is said when none."""

import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from queries.errors import AuditLogError
from queries.state.audit_log import COLUMNS, audit_events, record_event
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.audit_writer import RECORD_EVENTS
from tests.support.paths import ROOT
from tests.support.stores import prepare_store


@pytest.mark.usefixtures("each_state")
def test_an_event_is_kept_as_it_was_noted(tmp_path):
    store = StorePath(tmp_path / "it's a # store? 数据")
    assert audit_events(store).columns.tolist() == list(COLUMNS)
    assert audit_events(store).empty
    assert not store.path.exists()
    record_event(store, "ada", "unmasked", "a" * 32)
    record_event(store, "o'neill", "unmasked", "list --word 'x'; drop table events", count=50)
    rows = audit_events(store)
    assert rows["who"].tolist() == ["o'neill", "ada"]
    assert rows["what"].tolist() == ["unmasked", "unmasked"]
    assert rows["of"].tolist() == ["list --word 'x'; drop table events", "a" * 32]
    assert rows["count"].tolist() == [50, 1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", rows["at"][0])
    age = datetime.now(UTC) - datetime.fromisoformat(rows["at"][0])
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_it_is_one_file_that_other_programs_read(tmp_path):
    record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["log.sqlite"]
    log = sqlite3.connect(tmp_path / "state" / "log.sqlite")
    assert log.execute("select who, count from events").fetchall() == [("ada", 1)]
    assert log.execute("pragma journal_mode").fetchone() == ("delete",)
    log.close()


@pytest.mark.usefixtures("each_state")
def test_threads_and_processes_write_at_once(tmp_path):
    store = StorePath(tmp_path)
    names = ["p", "q", "r"]
    processes = [
        subprocess.Popen([sys.executable, "-c", RECORD_EVENTS, str(tmp_path), name], cwd=ROOT)
        for name in names
    ]
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda n: record_event(store, "t", "unmasked", str(n)), range(40)):
            pass
    assert [process.wait(timeout=600) for process in processes] == [0, 0, 0]
    rows = audit_events(store)
    assert rows["who"].value_counts().to_dict() == {"t": 40, "p": 20, "q": 20, "r": 20}
    for name in names:
        assert rows[rows["who"] == name]["of"].tolist() == [str(n) for n in reversed(range(20))]


@pytest.mark.usefixtures("each_state")
def test_a_new_version_keeps_the_log(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    prepare_store(raw, tmp_path / "store")
    record_event(StorePath(tmp_path / "store"), "ada", "unmasked", "x")
    prepare_store(raw, tmp_path / "store", fresh=True)
    assert audit_events(StorePath(tmp_path / "store"))["who"].tolist() == ["ada"]


def test_a_log_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(
        AuditLogError, match=r"log\.sqlite cannot be used: .+ Without it nothing is unmasked"
    ):
        record_event(StorePath(tmp_path), "ada", "unmasked", "x")


def test_a_file_that_is_no_log_is_reported(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "log.sqlite").write_text("this is no database, " * 50)
    with pytest.raises(AuditLogError, match="file is not a database"):
        record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    with pytest.raises(AuditLogError, match="file is not a database"):
        audit_events(StorePath(tmp_path))


def test_a_locked_log_is_waited_for_and_then_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.state.engines.LOCK_WAIT_SECONDS", 0.05)
    record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    holder = sqlite3.connect(tmp_path / "state" / "log.sqlite", isolation_level=None)
    holder.execute("begin exclusive")
    with pytest.raises(AuditLogError, match="database is locked"):
        record_event(StorePath(tmp_path), "ada", "unmasked", "y")
    holder.execute("rollback")
    holder.close()
    assert audit_events(StorePath(tmp_path))["of"].tolist() == ["x"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_reported(tmp_path):
    (tmp_path / "state").mkdir(mode=0o500)
    with pytest.raises(AuditLogError, match="unable to open"):
        record_event(StorePath(tmp_path), "ada", "unmasked", "x")
