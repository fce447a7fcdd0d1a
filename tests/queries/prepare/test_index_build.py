"""A search index is built as a new version: whole or not at all, and of these very messages."""

import os
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pyarrow.parquet as pq
import pytest

from queries.errors import IndexMissingError, ModelError, StoreBusyError
from queries.filters import Filters
from queries.open_store import open_version
from queries.search.index import SearchIndex
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.support import tiny_dataset
from tests.support.index_builds import Recording, indexed, tables, texts_found
from tests.support.paths import SAMPLE
from tests.support.searchable_texts import searchable_prompts, searchable_texts
from tests.support.stores import prepare_store


def store_of(tmp_path, *rows):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", list(rows)), tmp_path / "store")
    return StorePath(tmp_path / "store")


def test_an_index_is_a_new_version_that_becomes_live_last(store, monkeypatch):
    before, set_current = store.current(), StorePath.set_current
    seen = []

    def watched(self, version):
        seen.append((store.current_name(), SearchIndex(version).manifest["message_count"]))
        set_current(self, version)

    monkeypatch.setattr(StorePath, "set_current", watched)
    built = indexed(store)
    words, meaning = store.versions()[1:]
    assert seen == [(before.name, 30), (words.name, 30)]
    assert store.current() == built.version == meaning
    for version in (words, meaning):
        assert tables(version) == tables(before) != {}
    assert not SearchIndex(words).has_vectors
    names = {".lock", "CURRENT", "prompt-groups.key", "versions"}
    assert {path.name for path in store.path.iterdir()} - {"state"} == names
    old = open_version(before, Settings())
    assert old.run("slice_size", Filters())["conversation_count"].tolist() == [12]
    old.close()
    with pytest.raises(IndexMissingError, match="chatscape index --store"):
        SearchIndex(before)


def test_words_can_be_searched_while_the_vectors_are_made(store, small_buckets):
    """Readers of the version before, and of the one with words, go on when all is there."""
    before = store.current()
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=1))
    words = store.current()
    assert texts_found(store, "raining") == ["It's raining; what now?"]
    assert words.manifest()["steps"]["index"]["model"] is None
    built = indexed(store)
    assert store.versions() == [before, words, built.version]
    assert built.resumed_prompts == 4
    assert texts_found(store, "eggs", "meaning")
    assert not indexed(store).is_new
    assert store.versions() == [words, built.version]


def test_an_index_that_works_is_not_replaced_by_one_of_words(store):
    first = indexed(store)
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=0, name="another"))
    assert store.current() == first.version
    assert SearchIndex(store.current()).has_vectors


def test_where_the_model_cannot_be_loaded_words_are_found(store):
    def load():
        raise ModelError("nowhere", "it is not on this machine")

    with pytest.raises(ModelError, match="not on this machine"):
        indexed(store, load)
    assert texts_found(store, "raining") == ["It's raining; what now?"]


def test_a_build_may_wait_for_another_one(store):
    with ThreadPoolExecutor(1) as pool:
        with write_lock(store):
            built = pool.submit(indexed, store, wait=True)
            assert wait([built], timeout=0.2).not_done
        assert built.result().is_new


def test_the_manifest_says_what_the_index_is(store):
    built = indexed(store)
    assert built.is_new
    manifest = built.version.manifest()
    assert manifest["version"] == built.version.name
    said_of = manifest["steps"]["index"]
    assert said_of == built.facts
    assert said_of["index_format"] == 4
    assert said_of["model"]["name"] == "dictionary"
    counts = ("message_count", "user_message_count", "prompt_count", "cut_prompt_count")
    assert [said_of[name] for name in counts] == [30, 15, 15, 0]
    assert said_of["vector_index"] is None
    assert {row["recall"] for row in said_of["recall"]["measured"]} == {1.0}
    assert said_of["recall"]["queries"] == 15


def test_every_distinct_prompt_of_the_sample_is_embedded_once(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.prepare.build_plan.PART_ROWS", 500)
    prepare_store(SAMPLE, tmp_path / "store")
    prompts = searchable_prompts(pq.read_table(SAMPLE).to_pylist())
    embedder = Recording()
    built = indexed(StorePath(tmp_path / "store"), embedder)
    assert built.facts["user_message_count"] == len(prompts)
    assert built.facts["prompt_count"] == len(set(prompts)) < len(prompts)
    assert len(embedder.texts) == len(set(embedder.texts))
    assert set(embedder.texts) == set(prompts)

    index = SearchIndex(built.version, embedder)
    messages, numbers = index.prompt_postings.messages_of(np.arange(len(embedder.texts)))
    texts = searchable_texts(built.version)
    stored = [" ".join(texts[message].split()) for message in messages]
    by_number = dict(zip(numbers.tolist(), stored, strict=True))
    assert stored == [by_number[number] for number in numbers]
    assert sorted(by_number.values()) == sorted(embedder.texts)
    expected = np.array([embedder.embed_query(by_number[n]) for n in range(len(by_number))])
    assert np.allclose(np.concatenate(list(index.vector_batches())), expected, atol=1e-3)
    assert len(set(messages.tolist())) == len(numbers)


def test_prompts_that_differ_in_white_space_alone_are_one(tmp_path):
    long = "one two three four five six seven eight nine"
    store = store_of(
        tmp_path,
        tiny_dataset.row("a", "m", "English", "a cat", "x", " a \n cat ", "x"),
        tiny_dataset.row("b", "m", "English", "a cat", "a dog", "A cat", "x"),
        tiny_dataset.row("c", "m", "English", "", "x", " \n ", "x", long, "x", f" {long}", "x"),
    )
    embedder = Recording()
    built = indexed(store, embedder)
    assert embedder.texts == [long, "a cat", "A cat"]
    assert built.facts["user_message_count"] == 6
    assert built.facts["cut_prompt_count"] == 1
    turns = SearchIndex(built.version).prompt_postings
    assert [turns.messages_of(np.array([n]))[0].tolist() for n in range(3)] == [
        [0, 2, 4],
        [6],
        [12, 14],
    ]


@pytest.mark.parametrize(("name", "is_fresh"), [("dictionary", True), ("another", False)])
def test_fresh_and_another_model_start_over(store, small_buckets, name, is_fresh):
    with pytest.raises(KeyboardInterrupt):
        indexed(store, Recording(dies_at=2))
    embedder = Recording(name=name)
    assert indexed(store, embedder, fresh=is_fresh).resumed_prompts == 0
    assert embedder.calls == [4, 4, 4, 3]


def test_a_second_build_at_the_same_time_is_refused(store):
    with write_lock(store), pytest.raises(StoreBusyError, match=f"process {os.getpid()}"):
        indexed(store)
