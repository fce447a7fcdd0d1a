"""A build of an index that is cut off loses nothing: readers go on, and so does the next build."""

import errno
import os
import shutil

import lancedb
import pyarrow.parquet as pq
import pytest

from queries.errors import StoreFullError
from queries.prepare.build import build_store
from queries.runtime.progress import Silent
from queries.search.index import SearchIndex
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.index_builds import Recording, indexed, tables, texts_found
from tests.support.killed_builds import killed_at
from tests.support.paths import SAMPLE
from tests.support.stores import conversation_count, prepare_store


def test_an_interrupted_build_resumes(store, small_buckets):
    before, cut_off = store.current(), Recording(dies_at=1)
    with pytest.raises(KeyboardInterrupt):
        indexed(store, cut_off)
    assert tables(store.current()) == tables(before)
    second = Recording()
    built = indexed(store, second)
    assert built.resumed_prompts == 4
    assert second.calls == [4, 4, 3]
    assert len({*cut_off.texts, *second.texts}) == 15
    assert texts_found(store, "eggs", "meaning")[:3] == [
        *("How do I boil an egg?", "how do i boil an egg", "HOW DO I BOIL AN EGG???")
    ]
    assert not (store.path / "indexing").exists()


def deadly_writes(names):
    """Numbers of writes: around both changes of the version, and through the embedding."""
    changes = [n for n, name in enumerate(names, 1) if name == "CURRENT.partial"]
    assert len(changes) == 2
    around = {n + step for n in changes for step in (0, 1)}
    buckets = [n for n, name in enumerate(names, 1) if name.endswith(".npz.partial")]
    return sorted(around | {8, buckets[0], buckets[-1] + 1})


@pytest.mark.slow
def test_kill_9_while_embedding_and_at_the_changes_of_versions(tmp_path):
    raw = tmp_path / "raw.parquet"
    pq.write_table(pq.read_table(SAMPLE).slice(0, 100), raw)
    template = tmp_path / "template"
    prepare_store(raw, template)
    clean = StorePath(shutil.copytree(template, tmp_path / "clean"))
    names = killed_at(0, clean)
    expected = clean.current().manifest()["steps"]["index"]
    for write in deadly_writes(names):
        store = StorePath(shutil.copytree(template, tmp_path / str(write)))
        assert len(killed_at(write, store)) == write
        assert conversation_count(store.path) == 100, write
        if "CURRENT.partial" in names[: write - 1]:
            assert texts_found(store, "what"), write
        embedded = len([*store.path.glob("indexing/*/vectors/*.npz")])
        built = indexed(store)
        prompts = min(embedded * 20, expected["prompt_count"])
        assert built.resumed_prompts == (prompts if built.is_new else 0), write
        index = SearchIndex(store.current(), DictionaryEmbedder())
        assert sum(map(len, index.vector_batches())) == expected["prompt_count"], write
        assert index.messages.count_rows() == expected["message_count"], write
        assert texts_found(store, "poem", "both"), write
        assert not (store.path / "indexing").exists(), write


@pytest.mark.parametrize("writes", [0, 4, 9])
def test_a_full_disk_is_reported_and_the_build_resumes_later(store, monkeypatch, writes):
    left, real = iter(range(writes)), os.fsync

    def full(descriptor):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("queries.store.layout.os.fsync", full)
    with pytest.raises(StoreFullError, match="run the same command again to continue"):
        indexed(store)
    assert conversation_count(store.path) == 12
    monkeypatch.undo()
    assert indexed(store).is_new
    assert texts_found(store, "raining") == ["It's raining; what now?"]


def test_a_full_disk_in_lancedb_is_reported(store, monkeypatch):
    def full(*_, **__):
        raise RuntimeError("lance error: LanceError(IO): No space left on device (os error 28)")

    monkeypatch.setattr(lancedb.LanceDBConnection, "create_table", full)
    with pytest.raises(StoreFullError):
        indexed(store)


def test_a_build_that_is_interrupted_once_live_is_cleaned_up_later(store, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("queries.prepare.index.existing_index.clean_up", killed)
    with pytest.raises(KeyboardInterrupt):
        indexed(store)
    monkeypatch.undo()
    assert not indexed(store).is_new
    assert not (store.path / "indexing").exists()


def test_an_interrupted_prepare_and_an_interrupted_index_do_not_mix(
    tmp_path, monkeypatch, small_buckets
):
    def killed(*_):
        raise KeyboardInterrupt

    store = StorePath(tmp_path / "store")
    raw, other = (
        tiny_dataset.write(tmp_path / f"{n}.parquet", tiny_dataset.ROWS[:n]) for n in (12, 3)
    )
    prepare_store(raw, store.path)
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=2))
    live = store.current()
    monkeypatch.setattr("queries.prepare.build.gather_part", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare_store(other, store.path)
    monkeypatch.undo()
    assert store.current() == live
    assert indexed(store).resumed_prompts == 8
    assert build_store(str(other), store, Silent()).resumed_rows == 3
    assert indexed(store, Recording()).facts["prompt_count"] == 3
    assert not (store.path / "indexing").exists()
