"""The process that builds an index beside the server, and what pages hear of it."""

import os
import time
from dataclasses import replace

import pytest

from dashboard.process import index_builder, open_stores
from dashboard.process.index_builder import IndexBuild, IndexBuilder, current_build
from queries.store.index_progress import STALE_SECONDS, IndexProgress, write_index_progress
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.support.processes import until


@pytest.fixture
def store(own_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(own_folder))
    open_stores.settings.cache_clear()
    yield StorePath(own_folder)
    open_stores.settings.cache_clear()


class Builder:
    """Stands for a process of this server."""

    def __init__(self, *, is_running, problem=""):
        self.is_running, self.problem, self.process_id = is_running, problem, os.getpid()


@pytest.fixture
def own(monkeypatch):
    def set_own(**state):
        monkeypatch.setattr(index_builder, "_builder", Builder(**state))

    return set_own


def written(store, **changes):
    progress = replace(IndexProgress("words", os.getpid(), time.time()), **changes)
    write_index_progress(store, progress)
    return progress


def test_without_a_build_there_is_nothing_to_say(store):
    assert current_build() is None
    written(store, state="done")
    assert current_build() is None


def test_a_build_of_any_process_is_followed(store):
    progress = written(store)
    assert current_build() == IndexBuild("building", progress)
    assert current_build().is_under_way


def test_a_silent_build_has_ended(store):
    progress = written(store, written_at=time.time() - STALE_SECONDS - 5)
    assert current_build() == IndexBuild("ended", progress)
    progress = written(store, state="failed", problem="The disk is full.")
    assert current_build() == IndexBuild("ended", progress, "The disk is full.")
    assert not current_build().is_under_way


def test_a_process_that_has_not_begun_waits(store, own):
    own(is_running=True)
    assert current_build() == IndexBuild("waiting")
    written(store, state="failed", problem="It was stopped.")
    assert current_build() == IndexBuild("waiting")
    progress = written(store)
    assert current_build() == IndexBuild("building", progress)


def test_the_death_of_the_own_process_is_known_at_once(store, own):
    own(is_running=False, problem="The process was killed, perhaps for memory.")
    progress = written(store)
    assert current_build() == IndexBuild("ended", progress, index_builder._builder.problem)
    other = written(store, process=os.getpid() + 1)
    assert current_build() == IndexBuild("building", other)


def test_a_process_builds_and_leaves_no_problem(store):
    with write_lock(store):
        builder = IndexBuilder(store, "words")
        assert builder.is_running
    until(lambda: not builder.is_running)
    builder.stop()
    assert builder.problem == ""
    assert store.current().manifest()["steps"]["index"]["model"] is None


def test_a_stopped_process_has_no_problem_and_a_killed_one_has(store):
    with write_lock(store):
        builder = IndexBuilder(store, "words")
        builder.stop()
        assert (builder.is_running, builder.problem) == (False, "")
        builder = IndexBuilder(store, "words")
        os.kill(builder.process_id, 9)
        until(lambda: builder.problem)
    assert builder.problem == "The process was killed, perhaps for memory."


def test_what_stopped_it_is_one_sentence(store, monkeypatch):
    (store.path / "CURRENT").unlink()
    builder = IndexBuilder(store, "words")
    until(lambda: builder.problem)
    assert "\n" not in builder.problem
    assert str(store.path) in builder.problem
