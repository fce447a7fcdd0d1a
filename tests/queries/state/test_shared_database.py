"""State in a database that stores share: whose rows are whose, and that none is lost."""

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from queries.errors import AuditLogError
from queries.state.audit_log import audit_events, record_event
from queries.state.licence import accept, is_acceptance_needed
from queries.store.layout import StorePath
from tests.support.audit_writer import RECORD_EVENTS
from tests.support.paths import ROOT

OLD_TABLE = """
create table if not exists events (
    "at" text not null, who text not null, what text not null,
    "of" text not null, "count" integer not null
)"""

READ = """
import os, sys
from pathlib import Path
from uuid import uuid4
from queries.state.audit_log import audit_events, record_event
from queries.errors import AuditLogError
from queries.store.layout import StorePath
store = StorePath(Path(sys.argv[1]))
print(audit_events(store)["of"].tolist())
if not os.geteuid():
    os.setuid(65534)  # Root may write everywhere.
print(audit_events(store)["of"].tolist())
try:
    record_event(store, "eve", "unmasked", "y")
except AuditLogError as error:
    print(error)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request, tmp_path, monkeypatch):
    """A database that several stores share, of either kind."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres_state")
    else:
        monkeypatch.setenv("CHATSCAPE_STATE", f"sqlite:///{tmp_path}/it's a # state? 数据.sqlite")


def noted_of(path):
    """What was noted of a store, newest first."""
    return audit_events(StorePath(path))["of"].tolist()


@pytest.mark.usefixtures("shared")
def test_two_stores_in_one_database_do_not_see_each_other(tiny_folder, tmp_path):
    bare = shutil.ignore_patterns("state")
    stores = [StorePath(shutil.copytree(tiny_folder, tmp_path / n, ignore=bare)) for n in "ab"]
    version = stores[0].current()
    record_event(stores[0], "ada", "unmasked", "x")
    assert audit_events(stores[1]).empty
    record_event(stores[1], "bob", "unmasked", "y")
    record_event(stores[0], "ada", "unmasked", "z")
    assert [noted_of(store.path) for store in stores] == [["z", "x"], ["y"]]
    accept(stores[1], "bob")
    assert [is_acceptance_needed(store, version) for store in stores] == [True, False]
    assert not (tmp_path / "a" / "state" / "log.sqlite").exists()


@pytest.mark.usefixtures("shared")
def test_a_store_that_is_mounted_elsewhere_has_its_log(tmp_path):
    record_event(StorePath(tmp_path / "here"), "ada", "unmasked", "x")
    (tmp_path / "here").rename(tmp_path / "there")
    record_event(StorePath(tmp_path / "there"), "ada", "unmasked", "y")
    assert noted_of(tmp_path / "there") == ["y", "x"]
    assert noted_of(tmp_path / "here") == []
    assert not (tmp_path / "here").exists()


@pytest.mark.usefixtures("shared")
def test_a_forgotten_setting_is_reported_instead_of_writing_elsewhere(tmp_path, monkeypatch):
    record_event(StorePath(tmp_path / "store"), "ada", "unmasked", "x")
    monkeypatch.delenv("CHATSCAPE_STATE")
    store = StorePath(tmp_path / "store")
    for ask in (lambda: record_event(store, "ada", "unmasked", "y"), lambda: audit_events(store)):
        with pytest.raises(
            AuditLogError, match=r"shared database\. .*: set CHATSCAPE_STATE to that data"
        ):
            ask()
    assert not (tmp_path / "store" / "state" / "log.sqlite").exists()
    (tmp_path / "store" / "state" / "identity").unlink()
    assert noted_of(tmp_path / "store") == []


def test_all_who_ask_at_once_get_one_identity(tmp_path, monkeypatch):
    def slow(real=uuid4):
        time.sleep(0.02)
        return real()

    monkeypatch.setattr("queries.store.layout.uuid4", slow)
    with ThreadPoolExecutor(16) as threads:
        identities = set(threads.map(lambda _: StorePath(tmp_path).ensure_identity(), range(64)))
    assert identities == {(tmp_path / "state" / "identity").read_text().strip()}
    assert re.fullmatch("[0-9a-f]{32}", identities.pop())


@pytest.mark.usefixtures("shared")
def test_a_damaged_identity_is_reported_and_not_made_anew(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "identity").write_text("b" * 31)
    for ask in (
        lambda: record_event(StorePath(tmp_path), "a", "b", "c"),
        lambda: noted_of(tmp_path),
    ):
        with pytest.raises(AuditLogError, match="identity is damaged: put it back from a copy"):
            ask()
    assert (tmp_path / "state" / "identity").read_text() == "b" * 31


def test_a_log_of_before_is_read_and_added_to(tmp_path):
    (tmp_path / "state").mkdir()
    with closing(sqlite3.connect(tmp_path / "state" / "log.sqlite")) as log:
        log.execute(OLD_TABLE)
        for row in [("2026-01-01T00:00:00+00:00", "ada", "removed", n, 3) for n in "pq"]:
            log.execute("insert into events values (?, ?, ?, ?, ?)", row)
        log.commit()
    before = audit_events(StorePath(tmp_path))
    assert before.iloc[1].tolist() == ["2026-01-01T00:00:00+00:00", "ada", "removed", "p", 3]
    record_event(StorePath(tmp_path), "bob", "unmasked", "r")
    accept(StorePath(tmp_path), "bob")
    assert noted_of(tmp_path) == ["r", "q", "p"]
    with closing(sqlite3.connect(tmp_path / "state" / "log.sqlite")) as log:
        # Code of before goes on writing to it.
        log.execute("insert into events values ('2026', 'eve', 'unmasked', 's', 1)")
        log.commit()
    assert noted_of(tmp_path) == ["s", "r", "q", "p"]


def test_a_log_that_may_only_be_read_is_read():
    folder = Path(tempfile.mkdtemp())
    try:
        record_event(StorePath(folder), "ada", "unmasked", "x")
        (folder / "state" / "log.sqlite").chmod(0o444)
        for path in (folder / "state", folder):
            path.chmod(0o555)
        command = [sys.executable, "-c", READ, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.stdout.startswith("['x']\n['x']\n"), done.stderr
        assert "attempt to write a readonly database" in done.stdout
    finally:
        for path in (folder, folder / "state"):
            path.chmod(0o755)
        shutil.rmtree(folder)


def test_connections_that_the_server_closed_are_opened_again(postgres, postgres_state, tmp_path):
    record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    postgres.cut(postgres_state)
    record_event(StorePath(tmp_path), "ada", "unmasked", "y\0z")
    assert noted_of(tmp_path) == ["y␀z", "x"]


def test_a_row_that_waits_for_others_is_given_up(postgres, postgres_state, tmp_path, monkeypatch):
    monkeypatch.setattr("queries.state.engines.LOCK_WAIT_SECONDS", 0.2)
    record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    with postgres.connected(postgres_state) as holder, holder.transaction():
        holder.execute("lock table events")
        with pytest.raises(AuditLogError, match="canceling statement due to statement timeout"):
            record_event(StorePath(tmp_path), "ada", "unmasked", "y")
    assert noted_of(tmp_path) == ["x"]


def test_a_row_is_on_disk_whatever_the_server_is_set_to(postgres, postgres_state, tmp_path):
    with postgres.connected(postgres_state) as server:
        server.execute(f'alter database "{postgres_state}" set synchronous_commit = off')
        server.execute("create table seen (setting text)")
        server.execute(
            "create function look() returns trigger language plpgsql as $$ begin "
            "insert into seen values (current_setting('synchronous_commit')); return new; end $$"
        )
    record_event(StorePath(tmp_path), "ada", "unmasked", "x")
    with postgres.connected(postgres_state) as server:
        server.execute("create trigger look before insert on events execute function look()")
        record_event(StorePath(tmp_path), "ada", "unmasked", "y")
        assert server.execute("select * from seen").fetchall() == [("on",)]


def test_a_forked_process_leaves_connections_alone(postgres_state, tmp_path):
    record_event(StorePath(tmp_path), "p", "unmasked", "0")
    code = RECORD_EVENTS + (
        "import os\nfor _ in range(2):\n    if not os.fork():\n"
        "        record_event(StorePath(Path(sys.argv[1])), 'child', 'unmasked', 'c'); sys.exit()\n"
        "assert [os.wait()[1] for _ in range(2)] == [0, 0]\n"
        "record_event(StorePath(Path(sys.argv[1])), sys.argv[2], 'unmasked', 'last')"
    )
    command = [sys.executable, "-c", code, str(tmp_path), "parent"]
    assert subprocess.run(command, cwd=ROOT).returncode == 0
    who = audit_events(StorePath(tmp_path))["who"]
    assert who.value_counts().to_dict() == {"parent": 21, "child": 2, "p": 1}
