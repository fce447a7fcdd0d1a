"""What the server does by itself: with downloads and the search index, at its start and its end."""

import os
import signal
import subprocess
import sys

from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.support import server
from tests.support.paths import ROOT
from tests.support.processes import children, is_alive, until


def test_a_server_deletes_the_exports_of_a_killed_one(own_folder, tmp_path):
    left = StorePath(own_folder).exports_path / "token"
    left.mkdir(parents=True)
    (left / "slice.jsonl").write_text("a text")
    with server.serving(own_folder, tmp_path / "log"):
        until(lambda: not left.exists())


# In a process of its own: importing the server configures the logs of its process.
STEPS = """
from dashboard import server
from dashboard.process import open_stores
from dashboard.state import downloads, exports

ended = []
def fail():
    raise OSError("the store cannot be read")

open_stores.refresh_stores = fail
exports.delete_outdated = lambda: ended.append("exports")
downloads.drop_outdated = lambda: ended.append("downloads")
server.refresh()
assert ended == ["exports", "downloads"], ended
"""


def test_downloads_end_by_the_clock_also_where_the_store_cannot_be_read(own_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(own_folder))
    done = subprocess.run(
        [sys.executable, "-c", STEPS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_server_builds_the_index_that_is_missing(own_folder, tmp_path):
    store = StorePath(own_folder)
    with server.serving(own_folder, tmp_path / "log", build_index="words"):
        until(lambda: "index" in store.current().manifest()["steps"])
        until(lambda: "the search index is complete" in (tmp_path / "log").read_text())


def test_the_build_of_an_index_ends_with_its_server_however_that_ends(own_folder, tmp_path):
    store = StorePath(own_folder)
    for signal_ in (signal.SIGTERM, signal.SIGKILL):
        with write_lock(store), server.serving(own_folder, tmp_path / "log", build_index="words"):
            (serving,) = [
                child for child in children(os.getpid()) if "streamlit" in child.cmdline()
            ]
            (building,) = children(serving.pid)
            assert "queries.prepare.index.background" in " ".join(building.cmdline())
            serving.send_signal(signal_)
            until(lambda building=building: not is_alive(building))
    assert "index" not in store.current().manifest()["steps"]
