"""A build that is cut off loses nothing: the live version works, and the build goes on."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from queries.errors import StoreFullError
from queries.filters import Filters
from queries.layout import StorePath
from queries.prepare import plan as planning
from queries.prepare.build import build_store
from queries.progress import Silent
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import SAMPLE, prepared
from tests.test_lossless import given_back

KILLS = 10

PREPARE = """
import sys
from pathlib import Path
from queries.layout import StorePath
from queries.prepare import plan
plan.UNIT_ROWS, plan.PART_ROWS = 100, 250
from queries.prepare.build import build_store
from queries.progress import Silent
print("ready", flush=True)
build_store(sys.argv[1], StorePath(Path(sys.argv[2])), Silent())
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in 20 row groups, which become 20 units and 8 parts."""
    path = tmp_path_factory.mktemp("raw") / "raw.parquet"
    pq.write_table(pq.read_table(SAMPLE), path, row_group_size=100)
    return path


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "UNIT_ROWS", 100)
    monkeypatch.setattr(planning, "PART_ROWS", 250)


@contextmanager
def started(raw: Path, store: Path) -> Iterator[subprocess.Popen[str]]:
    """A prepare in a process of its own, past its imports."""
    command = [sys.executable, "-c", PREPARE, str(raw), str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def conversation_count(store: Path) -> int:
    opened = open_store(store, Settings())
    count = int(opened.run("slice_size", Filters())["conversation_count"].iloc[0])
    opened.close()
    return count


@pytest.mark.slow
def test_kill_9_at_ten_random_moments(raw, tmp_path, small_steps):
    template = tmp_path / "template"
    prepared(tiny.write(tmp_path / "tiny.parquet", tiny.ROWS), template)
    clean = tmp_path / "clean"
    shutil.copytree(template, clean)
    begun = time.monotonic()
    with started(raw, clean) as process:
        assert process.wait() == 0
    seconds = time.monotonic() - begun
    wanted = given_back(StorePath(clean).current())

    seed = random.randrange(10**6)
    moments = random.Random(seed)
    resumed = 0
    for number in range(KILLS):
        store = tmp_path / str(number)
        shutil.copytree(template, store)
        with started(raw, store) as process:
            time.sleep(moments.uniform(0, seconds))
            process.send_signal(signal.SIGKILL)

        assert conversation_count(store) in (12, 2_000), seed
        built = build_store(str(raw), StorePath(store), Silent())
        resumed += bool(built.resumed_rows)
        assert given_back(StorePath(store).current()).equals(wanted), seed
        assert not list(store.rglob("*.partial")), seed
        assert not list(store.rglob("scatter")), seed
    assert resumed, f"no build of {KILLS} had anything to go on with (seed {seed})"


@pytest.mark.parametrize("writes", [0, 5, 60, 100, 150])
def test_a_full_disk_is_said_and_nothing_is_lost(raw, tmp_path, small_steps, monkeypatch, writes):
    store = tmp_path / "store"
    prepared(tiny.write(tmp_path / "tiny.parquet", tiny.ROWS), store)
    left = iter(range(writes))

    def full(descriptor: int, real=os.fsync) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("queries.layout.os.fsync", full)
    with pytest.raises(StoreFullError, match=r"is full.*run the same command again to go on"):
        build_store(str(raw), StorePath(store), Silent())
    assert conversation_count(store) == 12

    monkeypatch.undo()
    planning.UNIT_ROWS, planning.PART_ROWS = 100, 250
    build_store(str(raw), StorePath(store), Silent())
    assert conversation_count(store) == 2_000


def test_a_build_of_other_data_leaves_no_rest_of_the_one_before(raw, tmp_path, small_steps):
    store = StorePath(tmp_path / "store")
    with started(raw, store.path) as process:
        time.sleep(0.3)
        process.kill()
    version = prepared(tiny.write(tmp_path / "tiny.parquet", tiny.ROWS), store.path)
    assert store.versions()[-1] == version
    assert all(v.is_complete for v in store.versions())


@pytest.mark.parametrize("table", ["conversations", "messages"])
def test_a_clean_up_that_is_cut_off_leaves_nothing_to_go_on_with(tmp_path, monkeypatch, table):
    store = StorePath(tmp_path / "store")
    files = [tiny.write(tmp_path / f"{n}.parquet", tiny.ROWS[:n]) for n in (3, 4, 5)]
    for file in files[:2]:
        prepared(file, store.path)

    def killed(path: Path, **_: object) -> None:
        if path.name == "discarded":
            shutil.rmtree(next(path.iterdir()) / table)
            raise KeyboardInterrupt

    monkeypatch.setattr("queries.layout.shutil", SimpleNamespace(rmtree=killed))
    with pytest.raises(KeyboardInterrupt):
        prepared(files[2], store.path)
    monkeypatch.undo()
    version = prepared(files[0], store.path)
    assert given_back(version).num_rows == 3
    opened = open_store(store.path, Settings())
    assert opened.run("slice_size", Filters())["message_count"].tolist() == [6]
    opened.close()
    assert not (store.path / "discarded").exists()
