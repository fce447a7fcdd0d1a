"""A build with a quick step that is killed loses nothing: readers go on, and so does the next."""

import re
import shutil

import pyarrow.parquet as pq
import pytest

from queries.prepare.index import quick_step
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.index import SearchIndex
from queries.store.layout import StorePath
from tests.support.fake_embedder import DictionaryEmbedder, TokenDictionary
from tests.support.index_builds import step_of, texts_found
from tests.support.killed_builds import killed_at
from tests.support.paths import SAMPLE
from tests.support.stores import conversation_count, prepare_store

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _slow_model(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(quick_step, "_seconds_per_prompt", lambda *_: 100.0)


def build(store, embedder=None, **options):
    return build_index(store, embedder or TokenDictionary(), Silent(), **options)


@pytest.fixture
def template(tmp_path):
    """A store of 100 conversations without an index."""
    raw = tmp_path / "raw.parquet"
    pq.write_table(pq.read_table(SAMPLE).slice(0, 100), raw)
    prepare_store(raw, tmp_path / "template")
    return tmp_path / "template"


def writes_of(names, pattern):
    """The numbers of the writes whose files match a pattern."""
    return [n for n, name in enumerate(names, 1) if re.fullmatch(pattern, name)]


def test_kill_9_in_the_quick_step_loses_nothing(tmp_path, template, monkeypatch):
    clean = StorePath(shutil.copytree(template, tmp_path / "clean"))
    names = killed_at(0, clean, "TokenDictionary")
    expected = clean.versions()[-2].manifest()["steps"]["index"]
    token_count, prompt_count = len(TokenDictionary().words), expected["prompt_count"]
    parts, buckets = (
        writes_of(names, rf"{digits}\.np[yz]\.partial") for digits in (r"\d{7}", r"\d{5}")
    )
    quick_buckets = buckets[: len(buckets) // 2]
    assert (len(parts), len(quick_buckets)) == (-(-token_count // 8), -(-prompt_count // 20))
    made, compared, change = (
        writes_of(names, name)[number]
        for name, number in (
            (r"tokens\.npy\.partial", 0),
            (r"comparison\.json\.partial", 0),
            (r"CURRENT\.partial", 1),
        )
    )
    assert parts[-1] < made < compared < quick_buckets[0] < quick_buckets[-1] < change
    # A file counts once it has its own name, which it gets after this write.
    writes = [parts[0], parts[1], parts[2], made, compared, quick_buckets[0], quick_buckets[2]]
    for write in [*writes, change]:
        store = StorePath(shutil.copytree(template, tmp_path / str(write)))
        assert len(killed_at(write, store, "TokenDictionary")) == write
        assert step_of(store.current()) == "words", write
        assert texts_found(store, "what"), write
        parts_done = sum(part < write for part in parts)
        assert len([*store.path.glob("indexing/*/tokens/*.npy")]) == parts_done, write
        embedder = TokenDictionary()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache-{write}"))
        built = build(store, embedder, quick="only")
        assert embedder.token_count == max(0, token_count - 8 * parts_done), write
        assert (embedder.calls == []) == (write > compared), write
        done = sum(bucket < write for bucket in quick_buckets)
        assert built.resumed_prompts == min(20 * done, prompt_count), write
        assert built.facts["quick"] == expected["quick"], write
        assert texts_found(store, "poem", "both"), write
        assert not (store.path / "indexing").exists(), write


def test_kill_9_at_the_changes_of_versions_loses_nothing(tmp_path, template):
    clean = StorePath(shutil.copytree(template, tmp_path / "clean"))
    names = killed_at(0, clean, "TokenDictionary")
    expected = clean.current().manifest()["steps"]["index"]
    changes = writes_of(names, r"CURRENT\.partial")
    assert len(changes) == 3
    # The step that is live when a build dies before and after each change.
    steps = ["none", "words", "words", "quick", "quick", "full"]
    writes = [write for change in changes for write in (change, change + 1)]
    for write, step in zip(writes, steps, strict=True):
        store = StorePath(shutil.copytree(template, tmp_path / str(write)))
        assert len(killed_at(write, store, "TokenDictionary")) == write
        assert step_of(store.current()) == step, write
        assert conversation_count(store.path) == 100, write
        if step != "none":
            assert texts_found(store, "what"), write
        built = build(store)
        assert step_of(built.version) == "full", write
        index = SearchIndex(built.version, DictionaryEmbedder())
        assert sum(map(len, index.vector_batches())) == expected["prompt_count"], write
        assert texts_found(store, "poem", "both"), write
        assert not (store.path / "indexing").exists(), write
