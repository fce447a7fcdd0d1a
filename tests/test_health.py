"""Whether the dashboard can show its data: asked of the real server, and of stores with harms."""

import asyncio
import shutil
import time
from pathlib import Path

import psutil
import pytest

from dashboard import health
from queries.layout import StorePath
from queries.readiness import NotReady, is_writable, readiness
from queries.settings import Settings
from queries.store import Store
from tests import serving

FACTS = {
    *("status", "chatscape_version", "version", "has_index", "can_write_state", "open_sessions"),
    *("duckdb_memory_limit_bytes", "duckdb_memory_bytes", "process_memory_bytes"),
    "container_memory_limit_bytes",
}


@pytest.fixture
def folder(tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "store")
    return tmp_path / "store"


def looked(folder: Path):
    """What is found of a store that is opened for the look alone."""
    return readiness(StorePath(folder), lambda live: Store(live, Settings()))


def a_file(folder: Path, table: str) -> Path:
    return next(StorePath(folder).current().table(table).glob("*.parquet"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def test_a_whole_store_is_ready(folder):
    ready = looked(folder)
    assert ready.version == (folder / "CURRENT").read_text().strip()
    assert not ready.has_index
    assert ready.can_write_state


def test_an_index_is_said(indexed_folder):
    assert looked(indexed_folder).has_index


HARMS = {
    "no store": (lambda f: (f / "CURRENT").unlink(), "There is no prepared store"),
    "no manifest": (
        lambda f: StorePath(f).current().manifest_path.unlink(),
        "There is no prepared store",
    ),
    "another format": (
        lambda f: (m := StorePath(f).current().manifest_path).write_text(
            m.read_text().replace('"format": 2', '"format": 1')
        ),
        "the format of another version",
    ),
    "a manifest that is none": (
        lambda f: StorePath(f).current().manifest_path.write_text("{"),
        "cannot be read",
    ),
    "register": (lambda f: (f / "removed.parquet").write_text("no"), "The register of removed"),
    "file gone": (lambda f: a_file(f, "messages").unlink(), "gone or cut off"),
    "file cut off": (lambda f: cut(a_file(f, "conversations")), "gone or cut off"),
    "file of zeros": (
        lambda f: (p := a_file(f, "messages")).write_bytes(bytes(p.stat().st_size)),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_each_harm_is_one_sentence_without_a_path(folder, harm):
    do, said = HARMS[harm]
    do(folder)
    with pytest.raises(NotReady, match=said) as raised:
        looked(folder)
    assert str(folder) not in str(raised.value)
    assert "/" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_goes_bad_while_it_is_open_is_noticed(folder):
    live = StorePath(folder).current()
    store = Store(live, Settings())
    assert readiness(StorePath(folder), lambda _: store).version == live.name
    path = a_file(folder, "messages")
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(NotReady, match="cannot be read"):
        readiness(StorePath(folder), lambda _: store)
    store.close()


def test_a_folder_that_is_not_there_yet_can_be_written_where_its_parent_can(tmp_path):
    assert is_writable(tmp_path / "a" / "b")
    assert not is_writable(Path("/proc/1/nothing/here"))


def test_however_many_ask_one_looks_and_a_second_later_again(monkeypatch):
    looks = []
    monkeypatch.setattr(health, "REMEMBERED_SECONDS", 0.2)

    def look():
        looks.append(1)
        time.sleep(0.05)
        return {"status": "ok", "look": len(looks)}

    async def many():
        asking = health.Health(look)
        first = await asyncio.gather(*(asking.facts() for _ in range(20)))
        first.append(await asking.facts())
        await asyncio.sleep(0.25)
        return first, await asking.facts()

    first, later = asyncio.run(many())
    assert first == [{"status": "ok", "look": 1}] * 21
    assert later["look"] == 2


def test_data_that_does_not_answer_is_said_in_time_and_waits_in_one_thread(monkeypatch):
    looks = []
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.05)

    def look():
        looks.append(1)
        time.sleep(0.4)
        return {"status": "ok"}

    async def asked():
        asking = health.Health(look)
        early = [await asking.facts() for _ in range(4)]
        await asyncio.sleep(0.4)
        return early, await asking.facts()

    early, later = asyncio.run(asked())
    assert {facts["problem"] for facts in early} == {"The data did not answer within 0.05 s."}
    assert later == {"status": "ok"}
    assert len(looks) == 1


def test_the_server_says_it_without_sign_in_and_recovers(folder, tmp_path):
    settings = {"sign_in": "proxy", "memory_gb": 1.5}
    with serving.serving(folder, tmp_path / "log", **settings) as host:
        assert serving.asked(f"{host}/")[0] == 401
        status, facts = serving.health(host)
        assert status == 200
        assert set(facts) == FACTS
        assert facts["version"] == (folder / "CURRENT").read_text().strip()
        assert facts["duckdb_memory_limit_bytes"] == 1_500_000_000
        assert facts["open_sessions"] == 0
        children = psutil.Process().children()
        server = max(children, key=lambda child: child.create_time())
        assert facts["process_memory_bytes"] == pytest.approx(server.memory_info().rss, rel=0.5)
        harmed = a_file(folder, "messages")
        harmed.rename(tmp_path / "kept")
        _until(host, 503)
        (tmp_path / "kept").rename(harmed)
        _until(host, 200)
        assert str(tmp_path) not in str(serving.health(host))


def _until(host: str, status: int) -> None:
    given_up = time.monotonic() + 10
    while serving.health(host)[0] != status:
        assert time.monotonic() < given_up
        time.sleep(0.1)
