"""A build of an index says in the store where it stands, and how it ended."""

import os
import shutil

import pytest

from queries.errors import ModelError
from queries.prepare.index import recorded_progress
from queries.prepare.index.build import build_index
from queries.prepare.index.recorded_progress import recorded
from queries.runtime.progress import Silent
from queries.store.index_progress import VECTOR_STEPS, WORD_STEPS, read_index_progress
from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.processes import until
from tests.support.progress import Display


class Watching(DictionaryEmbedder):
    """Keeps what a dashboard would read while prompts are embedded, and is cut off in the end."""

    def __init__(self, store, dies_at=None):
        super().__init__()
        self.store, self.dies_at = store, dies_at
        self.seen = []

    def embed_documents(self, texts):
        until(lambda: read_index_progress(self.store).title == "Embedding prompts")
        if len(self.calls) == self.dies_at:
            raise KeyboardInterrupt
        expected = len(self.calls) * 4
        if self.dies_at is not None:
            until(lambda: read_index_progress(self.store).done == expected)
        self.seen.append(read_index_progress(self.store))
        return super().embed_documents(texts)


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr("queries.prepare.index.distinct_prompts.BUCKET_PROMPTS", 8)
    monkeypatch.setattr("queries.prepare.index.vectors.SLICE_PROMPTS", 4)
    monkeypatch.setattr(recorded_progress, "HEARTBEAT_SECONDS", 0.01)


def test_every_step_of_a_build_is_one_of_the_steps_that_are_counted(store):
    display = Display()
    build_index(store, DictionaryEmbedder, display)
    expected = [title for title in WORD_STEPS + VECTOR_STEPS if title != "Indexing vectors"]
    assert [title for title, _ in display.steps] == expected
    progress = read_index_progress(store)
    assert (progress.state, progress.kind, progress.process) == ("done", "meaning", os.getpid())


def test_the_share_grows_within_a_bucket(store, small_steps):
    watching = Watching(store, dies_at=3)
    with pytest.raises(KeyboardInterrupt):
        build_index(store, watching, Silent())
    assert [(seen.done, seen.total) for seen in watching.seen] == [(0, 15), (4, 15), (8, 15)]
    assert watching.seen[0].seconds_left is None
    assert watching.seen[1].seconds_left >= 0
    assert all(seen.is_alive() for seen in watching.seen)
    end = read_index_progress(store)
    assert (end.state, end.problem, end.title) == ("failed", "It was stopped.", "Embedding prompts")


def test_a_resumed_build_starts_with_the_share_it_has(store, small_steps):
    with pytest.raises(KeyboardInterrupt):
        build_index(store, Watching(store, dies_at=3), Silent())
    display, watching = Display(), Watching(store)
    assert build_index(store, watching, display).resumed_prompts == 8
    assert ("Embedding prompts", 8) in display.steps
    assert (watching.seen[0].done, watching.seen[0].total) == (8, 15)


def test_it_says_why_it_failed(store):
    def load():
        raise ModelError("nowhere", "it is not on this machine")

    with pytest.raises(ModelError) as error:
        build_index(store, load, Silent())
    progress = read_index_progress(store)
    assert (progress.state, progress.problem) == ("failed", str(error.value))


def test_a_build_goes_on_where_its_progress_cannot_be_written(store):
    shutil.rmtree(store.state_path, ignore_errors=True)
    store.state_path.write_text("not a folder")
    assert build_index(store, None, Silent()).is_new
    assert read_index_progress(store) is None


def test_the_time_left_runs_down_between_two_advances(store, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(recorded_progress.time, "monotonic", lambda: clock[0])
    with recorded(store, "words", Silent()) as progress:
        with progress.step("Indexing words", 100, "messages", done=20) as advance:
            clock[0] += 10
            advance(20)
            for passed, left in ((0, 30), (12, 18), (30, 0)):
                clock[0] = 110.0 + passed
                progress.write()
                assert read_index_progress(store).seconds_left == left
        with progress.step("Indexing masked messages", 100, "messages"):
            assert read_index_progress(store).seconds_left is None
