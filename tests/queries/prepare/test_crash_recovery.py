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
from queries.open_store import open_store
from queries.prepare import build_plan as planning
from queries.prepare.build import build_store
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.paths import SAMPLE
from tests.support.stores import conversation_count, prepare_store, stored_rows

KILLS = 10

PREPARE = """
import os, signal, sys
from pathlib import Path
from queries.store.layout import StorePath
from queries.prepare import build_plan
build_plan.UNIT_ROWS, build_plan.PART_ROWS = 100, 250
from queries.prepare.build import build_store
from queries.runtime.progress import Silent

if len(sys.argv) > 3:
    written, sync = 0, os.fsync
    def sync_or_die(descriptor):
        global written
        sync(descriptor)
        written += 1
        if written == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
    os.fsync = sync_or_die

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
def started(raw: Path, store: Path, *syncs: str) -> Iterator[subprocess.Popen[str]]:
    """A prepare in a process of its own, past its imports, which dies after so many fsyncs."""
    command = [sys.executable, "-c", PREPARE, str(raw), str(store), *syncs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


@pytest.mark.slow
def test_kill_9_at_ten_random_moments(raw, tmp_path, small_steps):
    template = tmp_path / "template"
    prepare_store(tiny_dataset.write(tmp_path / "tiny.parquet", tiny_dataset.ROWS), template)
    clean = tmp_path / "clean"
    shutil.copytree(template, clean)
    with started(raw, clean) as process:
        begun = time.monotonic()
        assert process.wait() == 0
    seconds = time.monotonic() - begun
    expected = stored_rows(StorePath(clean).current())

    seed = random.randrange(10**6)
    moments = random.Random(seed)
    for number in range(KILLS):
        store = tmp_path / str(number)
        shutil.copytree(template, store)
        with started(raw, store) as process:
            time.sleep(moments.uniform(0, seconds))
            process.send_signal(signal.SIGKILL)

        assert conversation_count(store) in (12, 2_000), seed
        build_store(str(raw), StorePath(store), Silent())
        assert stored_rows(StorePath(store).current()).equals(expected), seed
        assert not list(store.rglob("*.partial")), seed
        assert not list(store.rglob("scatter")), seed


@pytest.mark.slow
@pytest.mark.parametrize("syncs", [60, 150, 190])
def test_a_killed_build_goes_on_with_the_units_it_has(raw, tmp_path, small_steps, syncs):
    clean, store = StorePath(tmp_path / "clean"), StorePath(tmp_path / "store")
    build_store(str(raw), clean, Silent())
    with started(raw, store.path, str(syncs)) as process:
        assert process.wait() == -signal.SIGKILL

    assert 0 < build_store(str(raw), store, Silent()).resumed_rows <= 2_000
    assert stored_rows(store.current()).equals(stored_rows(clean.current()))


@pytest.mark.parametrize("writes", [0, 5, 60, 100, 150])
def test_a_full_disk_is_reported_and_nothing_is_lost(
    raw, tmp_path, small_steps, monkeypatch, writes
):
    store = tmp_path / "store"
    prepare_store(tiny_dataset.write(tmp_path / "tiny.parquet", tiny_dataset.ROWS), store)
    left = iter(range(writes))

    def full(descriptor: int, real=os.fsync) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("queries.store.layout.os.fsync", full)
    with pytest.raises(StoreFullError, match=r"is full.*run the same command again to continue"):
        build_store(str(raw), StorePath(store), Silent())
    assert conversation_count(store) == 12

    monkeypatch.undo()
    planning.UNIT_ROWS, planning.PART_ROWS = 100, 250
    build_store(str(raw), StorePath(store), Silent())
    assert conversation_count(store) == 2_000


def test_a_build_of_other_data_deletes_the_interrupted_one(raw, tmp_path, small_steps):
    store = StorePath(tmp_path / "store")
    with started(raw, store.path) as process:
        time.sleep(0.3)
        process.kill()
    version = prepare_store(
        tiny_dataset.write(tmp_path / "tiny.parquet", tiny_dataset.ROWS), store.path
    )
    assert store.versions()[-1] == version
    assert all(v.is_complete for v in store.versions())


@pytest.mark.parametrize("table", ["conversations", "messages"])
def test_an_interrupted_clean_up_leaves_nothing_to_resume(tmp_path, monkeypatch, table):
    store = StorePath(tmp_path / "store")
    files = [
        tiny_dataset.write(tmp_path / f"{n}.parquet", tiny_dataset.ROWS[:n]) for n in (3, 4, 5)
    ]
    for file in files[:2]:
        prepare_store(file, store.path)

    def killed(path: Path, **_: object) -> None:
        if path.name == "discarded":
            shutil.rmtree(next(path.iterdir()) / table)
            raise KeyboardInterrupt

    monkeypatch.setattr("queries.store.layout.shutil", SimpleNamespace(rmtree=killed))
    with pytest.raises(KeyboardInterrupt):
        prepare_store(files[2], store.path)
    monkeypatch.undo()
    version = prepare_store(files[0], store.path)
    assert stored_rows(version).num_rows == 3
    opened = open_store(store.path, Settings())
    assert opened.run("slice_size", Filters())["message_count"].tolist() == [6]
    opened.close()
    assert not (store.path / "discarded").exists()
