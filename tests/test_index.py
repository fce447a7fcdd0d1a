"""A search index is built as a new version: whole or not at all, and of these very messages."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import lancedb
import numpy as np
import pyarrow.parquet as pq
import pytest

from queries.errors import IndexMissingError, StoreBusyError, StoreFullError
from queries.filters import Filters
from queries.layout import StorePath
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.prepare.lock import sole_writer
from queries.progress import Silent
from queries.search.index import SearchIndex
from queries.search.results import search
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny
from tests.conftest import SAMPLE, prepared
from tests.embedding import DictionaryEmbedder
from tests.test_crash import conversation_count

KILLS = 3
INDEX = """
import sys
from pathlib import Path
from queries.layout import StorePath
from queries.prepare.index import prompts
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.progress import Silent
from tests.embedding import DictionaryEmbedder
prompts.BUCKET_PROMPTS = 20
print("ready", flush=True)
build_index(StorePath(Path(sys.argv[1])), DictionaryEmbedder(), Silent())
"""


class Recording(DictionaryEmbedder):
    """Keeps what it embedded, and is cut off before the bucket of that number."""

    def __init__(self, dies_at=None, **options):
        super().__init__(**options)
        self.texts = []
        self.dies_at = dies_at

    def documents(self, texts):
        if len(self.calls) == self.dies_at:
            raise KeyboardInterrupt
        self.texts += texts
        return super().documents(texts)


@pytest.fixture
def store(tiny_folder, tmp_path):
    """A store of the twelve conversations, without an index."""
    shutil.copytree(tiny_folder, tmp_path / "store")
    return StorePath(tmp_path / "store")


@pytest.fixture
def small_buckets(monkeypatch):
    monkeypatch.setattr("queries.prepare.index.prompts.BUCKET_PROMPTS", 4)


def indexed(store, embedder=None, **options):
    return build_index(store, embedder or DictionaryEmbedder(), Silent(), **options)


def store_of(tmp_path, *rows):
    prepared(tiny.write(tmp_path / "raw.parquet", list(rows)), tmp_path / "store")
    return StorePath(tmp_path / "store")


def tables(version):
    parts = (p for p in version.path.rglob("*.parquet") if "index.lance" not in p.parts)
    return {p.relative_to(version.path): p.read_bytes() for p in parts}


def texts_found(store, text, mode="words"):
    opened = open_store(store.path, Settings())
    opened._index = SearchIndex(opened.version, DictionaryEmbedder())
    texts = search(opened, Filters(), text, mode=mode).rows["text"].tolist()
    opened.close()
    return texts


def test_an_index_is_a_new_version_that_becomes_live_last(store, monkeypatch):
    before, set_current = store.current(), StorePath.set_current
    seen = []

    def watched(self, version):
        seen.append((store.current_name(), SearchIndex(version).facts["message_count"]))
        set_current(self, version)

    monkeypatch.setattr(StorePath, "set_current", watched)
    built = indexed(store)
    assert seen == [(before.name, 30)]
    assert store.current() == built.version != before
    assert tables(built.version) == tables(before) != {}
    assert {p.name for p in store.path.iterdir()} - {"state"} == {".lock", "CURRENT", "versions"}
    old = Store(before, Settings())
    assert old.run("slice_size", Filters())["conversation_count"].tolist() == [12]
    old.close()
    with pytest.raises(IndexMissingError, match="chatscape index --store"):
        SearchIndex(before)


def test_the_manifest_says_what_the_index_is(store):
    built = indexed(store)
    assert built.is_new
    manifest = built.version.manifest()
    assert manifest["version"] == built.version.name
    said_of = manifest["steps"]["index"]
    assert said_of == built.facts
    assert said_of["index_format"] == 1
    assert said_of["model"]["name"] == "dictionary"
    counts = ("message_count", "user_message_count", "prompt_count", "cut_prompt_count")
    assert [said_of[name] for name in counts] == [30, 15, 15, 0]
    assert said_of["vector_index"] is None
    assert {row["recall"] for row in said_of["recall"]["measured"]} == {1.0}
    assert said_of["recall"]["queries"] == 15


def test_every_distinct_prompt_of_the_sample_is_embedded_once(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.prepare.plan.PART_ROWS", 500)
    prepared(SAMPLE, tmp_path / "store")
    said_by_users = [
        " ".join(message["content"].split())
        for conversation in pq.read_table(SAMPLE)["conversation"].to_pylist()
        for message in conversation
        if message["role"] == "user" and message["content"].split()
    ]
    embedder = Recording()
    built = indexed(StorePath(tmp_path / "store"), embedder)
    assert built.facts["user_message_count"] == len(said_by_users)
    assert built.facts["prompt_count"] == len(set(said_by_users)) < len(said_by_users)
    assert len(embedder.texts) == len(set(embedder.texts))
    assert set(embedder.texts) == set(said_by_users)

    index = SearchIndex(built.version, embedder)
    wanted = np.array([embedder.question(text) for text in embedder.texts])
    assert np.allclose(np.concatenate(list(index.vector_batches())), wanted, atol=1e-3)
    messages, prompts = index.turns.of(np.arange(len(embedder.texts)))
    texts = pq.read_table(built.version.table("messages"), columns=["text"])["text"].to_pylist()
    stored = [" ".join(texts[message].split()) for message in messages]
    assert stored == [embedder.texts[prompt] for prompt in prompts]
    assert len(set(messages.tolist())) == len(said_by_users)


def test_prompts_that_differ_in_white_space_alone_are_one(tmp_path):
    long = "one two three four five six seven eight nine"
    store = store_of(
        tmp_path,
        tiny.row("a", "m", "English", "a cat", "x", " a \n cat ", "x"),
        tiny.row("b", "m", "English", "a cat", "a dog", "A cat", "x"),
        tiny.row("c", "m", "English", "", "x", " \n ", "x", long, "x", f" {long}", "x"),
    )
    embedder = Recording()
    built = indexed(store, embedder)
    assert embedder.texts == ["a cat", "A cat", long]
    assert built.facts["user_message_count"] == 6
    assert built.facts["cut_prompt_count"] == 1
    turns = SearchIndex(built.version).turns
    assert [turns.of(np.array([n]))[0].tolist() for n in range(3)] == [[0, 2, 4], [6], [12, 14]]


def test_a_build_that_is_cut_off_goes_on_where_it_was(store, small_buckets):
    before, cut_off = store.current(), Recording(dies_at=1)
    with pytest.raises(KeyboardInterrupt):
        indexed(store, cut_off)
    assert store.current() == before
    assert store.versions() == [before]
    second = Recording()
    built = indexed(store, second)
    assert built.resumed_prompts == 4
    assert second.calls == [4, 4, 3]
    assert len({*cut_off.texts, *second.texts}) == 15
    assert texts_found(store, "eggs", "meaning")[:3] == [
        *("How do I boil an egg?", "how do i boil an egg", "HOW DO I BOIL AN EGG???")
    ]
    assert not (store.path / "indexing").exists()


@pytest.mark.parametrize(("name", "is_fresh"), [("dictionary", True), ("another", False)])
def test_fresh_and_another_model_begin_anew(store, small_buckets, name, is_fresh):
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=2))
    embedder = Recording(name=name)
    assert indexed(store, embedder, fresh=is_fresh).resumed_prompts == 0
    assert embedder.calls == [4, 4, 4, 3]


@pytest.mark.slow
def test_kill_9_at_random_moments(tmp_path):
    raw = tmp_path / "raw.parquet"
    pq.write_table(pq.read_table(SAMPLE).slice(0, 100), raw)
    template = tmp_path / "template"
    live = prepared(raw, template)
    shutil.copytree(template, tmp_path / "clean")
    begun = time.monotonic()
    wanted = indexed(StorePath(tmp_path / "clean")).facts
    seconds = time.monotonic() - begun
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    for number in range(KILLS):
        store = StorePath(tmp_path / str(number))
        shutil.copytree(template, store.path)
        command = [sys.executable, "-c", INDEX, str(store.path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0, seconds))
            process.send_signal(signal.SIGKILL)
        assert conversation_count(store.path) == 100, seed
        assert indexed(store).is_new or store.current_name() != live.name, seed
        index = SearchIndex(store.current(), DictionaryEmbedder())
        assert sum(map(len, index.vector_batches())) == wanted["prompt_count"], seed
        assert index.messages.count_rows() == wanted["message_count"], seed
        assert texts_found(store, "poem", "both"), seed


@pytest.mark.parametrize("writes", [0, 4, 9])
def test_a_full_disk_is_said_and_the_build_goes_on_later(store, monkeypatch, writes):
    before, left, real = store.current(), iter(range(writes)), os.fsync

    def full(descriptor):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("queries.layout.os.fsync", full)
    with pytest.raises(StoreFullError, match="run the same command again to go on"):
        indexed(store)
    assert store.current() == before
    monkeypatch.undo()
    assert indexed(store).is_new
    assert texts_found(store, "raining") == ["It's raining; what now?"]


def test_a_full_disk_is_said_where_lancedb_meets_it(store, monkeypatch):
    def full(*_, **__):
        raise RuntimeError("lance error: LanceError(IO): No space left on device (os error 28)")

    monkeypatch.setattr(lancedb.LanceDBConnection, "create_table", full)
    with pytest.raises(StoreFullError):
        indexed(store)


def test_two_builders_do_not_meet(store):
    with sole_writer(store), pytest.raises(StoreBusyError, match=f"process {os.getpid()}"):
        indexed(store)


def test_a_build_that_is_cut_off_once_live_leaves_nothing_for_ever(store, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("queries.prepare.index.build.clean_up", killed)
    with pytest.raises(KeyboardInterrupt):
        indexed(store)
    monkeypatch.undo()
    assert not indexed(store).is_new
    assert not (store.path / "indexing").exists()


def test_an_interrupted_prepare_and_an_interrupted_index_do_not_meet(
    tmp_path, monkeypatch, small_buckets
):
    def killed(*_):
        raise KeyboardInterrupt

    store = StorePath(tmp_path / "store")
    raw, other = (tiny.write(tmp_path / f"{n}.parquet", tiny.ROWS[:n]) for n in (12, 3))
    live = prepared(raw, store.path)
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=2))
    monkeypatch.setattr("queries.prepare.build.gather_part", killed)
    with pytest.raises(KeyboardInterrupt):
        prepared(other, store.path)
    monkeypatch.undo()
    assert store.current() == live
    assert indexed(store).resumed_prompts == 8
    assert build_store(str(other), store, Silent()).resumed_rows == 3
    assert indexed(store, Recording()).facts["prompt_count"] == 3
    assert not (store.path / "indexing").exists()
