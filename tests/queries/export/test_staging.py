"""Folders of prepared exports: what a killed server left goes, what a living one has stays."""

import subprocess
import sys

import pytest

from queries.export.staging import delete_leftovers, new_prepared
from queries.store.layout import StorePath
from tests.support.paths import ROOT

PREPARE = """
import sys
from pathlib import Path
from queries.export.staging import new_prepared
from queries.store.layout import StorePath
prepared = new_prepared(StorePath(Path(sys.argv[1])), "theirs")
(prepared.path / "slice.jsonl").write_text("a text")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path):
    return StorePath(tmp_path)


@pytest.fixture
def other_server(store):
    """Another process on the same store, which has prepared an export."""
    with subprocess.Popen(
        [sys.executable, "-c", PREPARE, str(store.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def names(store):
    return sorted(path.name for path in store.exports_path.iterdir())


def test_exports_of_living_servers_stay_and_those_of_killed_ones_go(store, other_server):
    ours = new_prepared(store, "ours")
    delete_leftovers(store)
    assert names(store) == ["ours", "theirs"]
    other_server.kill()
    other_server.wait()
    delete_leftovers(store)
    assert names(store) == ["ours"]
    ours.delete()
    assert names(store) == []
    ours.delete()


def test_leftovers_of_any_kind_go(store):
    (store.exports_path / "token").mkdir(parents=True)
    (store.exports_path / "token" / "slice.jsonl").write_text("a text")
    (store.exports_path / "half.partial").write_text("a text")
    outside = store.path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("no export")
    (store.exports_path / "link").symlink_to(outside)
    delete_leftovers(store)
    assert names(store) == []
    assert (outside / "kept").exists()


def test_a_store_without_exports_has_no_leftovers(store):
    delete_leftovers(store)
    assert not store.exports_path.exists()
