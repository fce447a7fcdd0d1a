"""The health check: on the real server, and on damaged stores."""

import asyncio
import errno
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from dashboard.process import open_stores
from dashboard.web import health
from queries.open_store import open_version
from queries.settings import Settings
from queries.state.licence import accept
from queries.store.atomic_files import write_problem
from queries.store.layout import STORE_FORMAT, StorePath
from queries.store.readiness import NotReady, readiness
from tests.support import server

FACTS = {
    *("status", "chatscape_version", "version", "has_index", "can_write_state", "open_sessions"),
    *("duckdb_memory_limit_bytes", "duckdb_memory_bytes", "process_memory_bytes"),
    "container_memory_limit_bytes",
}


@pytest.fixture
def folder(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store")
    return tmp_path / "store"


def check(folder: Path):
    """The readiness of a store that is opened for the check."""
    return readiness(StorePath(folder), lambda live: open_version(live, Settings()))


def a_file(folder: Path, table: str) -> Path:
    return next(StorePath(folder).current().table(table).glob("*.parquet"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def test_an_intact_store_is_ready(folder):
    ready = check(folder)
    assert ready.version == (folder / "CURRENT").read_text().strip()
    assert not ready.has_index
    assert ready.can_write_state


def test_an_index_is_reported(indexed_folder):
    assert check(indexed_folder).has_index


DAMAGES = {
    "no store": (
        lambda f: (shutil.rmtree(f / "versions"), (f / "CURRENT").unlink()),
        "There is no prepared store",
    ),
    "no CURRENT": (lambda f: (f / "CURRENT").unlink(), "CURRENT names none of them: run chatsc"),
    "an empty CURRENT": (lambda f: (f / "CURRENT").write_text(""), "CURRENT names none of them"),
    "no manifest": (
        lambda f: StorePath(f).current().manifest_path.unlink(),
        "There is no prepared store",
    ),
    "another format": (
        lambda f: (m := StorePath(f).current().manifest_path).write_text(
            m.read_text().replace(f'"format": {STORE_FORMAT}', f'"format": {STORE_FORMAT - 1}')
        ),
        "the format of another version",
    ),
    "a manifest that is none": (
        lambda f: StorePath(f).current().manifest_path.write_text("{"),
        "cannot be read",
    ),
    "register": (lambda f: (f / "removed.parquet").write_text("no"), "The list of removed"),
    "file gone": (lambda f: a_file(f, "messages").unlink(), "gone or cut off"),
    "file cut off": (lambda f: cut(a_file(f, "conversations")), "gone or cut off"),
    "file of zeros": (
        lambda f: (p := a_file(f, "messages")).write_bytes(bytes(p.stat().st_size)),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_gives_one_sentence_without_a_path(folder, damage):
    do, sentence = DAMAGES[damage]
    do(folder)
    with pytest.raises(NotReady, match=sentence) as raised:
        check(folder)
    assert str(folder) not in str(raised.value)
    assert "/" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_damaged_while_open_is_noticed(folder):
    live = StorePath(folder).current()
    store = open_version(live, Settings())
    assert readiness(StorePath(folder), lambda _: store).version == live.name
    path = a_file(folder, "messages")
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(NotReady, match="cannot be read"):
        readiness(StorePath(folder), lambda _: store)
    store.close()


def test_a_missing_folder_is_writable_if_its_parent_is(tmp_path):
    assert write_problem(tmp_path / "a" / "b") is None
    assert write_problem(Path("/proc/1/nothing/here"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "write"])
def test_a_full_disk_is_no_place_to_write(folder, monkeypatch, call):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "fsync":
        monkeypatch.setattr("queries.store.atomic_files.os.fsync", refuse)
    else:
        full = partial(open, "/dev/full", "wb", buffering=0)
        monkeypatch.setattr("queries.store.atomic_files.TemporaryFile", lambda **_: full())
    assert write_problem(folder) == "No space left on device"
    assert not check(folder).can_write_state


@pytest.mark.parametrize("damage", ["damaged", "locked"])
def test_a_log_that_cannot_be_used_is_no_place_to_write(folder, monkeypatch, damage):
    accept(StorePath(folder), "ada")
    monkeypatch.setenv("CHATSCAPE_STORE", str(folder))
    open_stores.settings.cache_clear()
    log = folder / "state" / "log.sqlite"
    assert health.check_health()["can_write_state"] is True
    with closing(sqlite3.connect(log)) as locking:
        if damage == "damaged":
            log.write_bytes(b"no database" * 1_000)
        else:
            locking.execute("begin exclusive")
        facts = health.check_health()
    open_stores.settings.cache_clear()
    assert (facts["status"], facts["can_write_state"]) == ("ok", False)


def test_concurrent_requests_share_one_check_and_later_ones_start_another(monkeypatch):
    checks = []
    monkeypatch.setattr(health, "CACHE_SECONDS", 3_600)

    def slow_check():
        checks.append(1)
        return {"status": "ok", "look": len(checks)}

    async def many_requests():
        health_check = health.HealthCheck(slow_check)
        first = await asyncio.gather(*(health_check.facts() for _ in range(20)))
        first.append(await health_check.facts())
        monkeypatch.setattr(health, "CACHE_SECONDS", 0)
        return first, await health_check.facts()

    first, later = asyncio.run(many_requests())
    assert first == [{"status": "ok", "look": 1}] * 21
    assert later["look"] == 2


def test_a_store_that_hangs_times_out_and_blocks_one_thread_only(monkeypatch):
    checks, may_answer = [], threading.Event()
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr(health, "CACHE_SECONDS", 3_600)

    def slow_check():
        checks.append(1)
        assert may_answer.wait(120)
        return {"status": "ok"}

    async def requests():
        health_check = health.HealthCheck(slow_check)
        early = [await health_check.facts() for _ in range(4)]
        may_answer.set()
        while "problem" in (later := await health_check.facts()):
            pass
        return early, later

    early, later = asyncio.run(requests())
    assert {facts["problem"] for facts in early} == {"The store did not answer within 0.05 s."}
    assert later == {"status": "ok"}
    assert len(checks) == 1


def test_the_server_answers_without_sign_in_and_recovers(folder, tmp_path):
    settings = {"sign_in": "proxy", "proxy_secret": "0123456789abcdef" * 4, "memory_gb": 1.5}
    with server.serving(folder, tmp_path / "log", **settings) as host:
        assert server.fetch(f"{host}/")[0] == 403
        facts = _until(host, 200)
        assert set(facts) == FACTS
        assert facts["version"] == (folder / "CURRENT").read_text().strip()
        assert facts["duckdb_memory_limit_bytes"] == 1_500_000_000
        assert facts["open_sessions"] == 0
        children = psutil.Process().children()
        process = max(children, key=lambda child: child.create_time())
        assert facts["process_memory_bytes"] == pytest.approx(process.memory_info().rss, rel=0.5)
        harmed = a_file(folder, "messages")
        harmed.rename(tmp_path / "kept")
        _until(host, 503)
        (tmp_path / "kept").rename(harmed)
        _until(host, 200)
        assert str(tmp_path) not in str(server.health(host))


def _until(host: str, status: int) -> dict[str, Any]:
    """The facts of the first answer with a status. A busy machine may answer 503 before 200."""
    given_up = time.monotonic() + 120
    while True:
        answered, facts = server.health(host)
        if answered == status:
            return facts
        assert time.monotonic() < given_up
        time.sleep(0.1)
