"""A quick vector is the weighted mean of the vectors of the tokens of a text."""

import json

import numpy as np
import pytest

from queries.errors import ModelError
from queries.prepare.index.quick_step import save_quick_model
from queries.search import quick_model
from queries.search.quick_model import (
    QuickEmbedder,
    load_quick_embedder,
    quick_record,
    token_weights,
)
from tests.support.fake_embedder import TokenDictionary

FULL = TokenDictionary({"cat": 0, "dog": 1, "the": 1})
TOKENIZER = FULL.tokenizer_json()
# [UNK], cat, dog, the
TOKENS = np.array([[0, 0], [3, 0], [0, 4], [0, 0.5]], np.float16)


def quick(tokens=TOKENS):
    return QuickEmbedder(TOKENIZER, tokens, quick_record(FULL.model, TOKENIZER, tokens))


def test_a_text_is_the_mean_of_its_tokens_and_has_length_1():
    vectors = quick().embed_documents(["cat dog", "the DOG", "cat cat"])
    # (3, 4), (0, 4.5) and (6, 0) before they are normalised.
    assert np.allclose(vectors, [[0.6, 0.8], [0, 1], [1, 0]])
    assert np.allclose(quick().embed_query("a cat, a dog"), [0.6, 0.8])
    assert quick().embed_documents([]).shape == (0, 2)


@pytest.mark.parametrize("text", ["", " \n", "fish"])
def test_a_text_without_known_tokens_has_the_direction_of_all(text):
    # The mean of all tokens is (3, 4.5) / 4.
    expected = np.array([3, 4.5]) / np.hypot(3, 4.5)
    assert np.allclose(quick().embed_documents([text, "cat"]), [expected, [1, 0]], atol=1e-3)
    assert np.allclose(quick().embed_query(text), expected, atol=1e-3)


def test_only_as_many_tokens_count_as_the_model_reads():
    embedder = quick()
    long = " ".join(["cat"] * 8 + ["dog"])
    flags = embedder.are_truncated(["cat " * 8, long, "cat", "x" * 81, "é" * 8])
    assert flags.tolist() == [False, True, False, True, False]
    assert np.allclose(embedder.embed_query(long), [1, 0])
    assert embedder.are_truncated([]).tolist() == []


def test_frequent_tokens_weigh_less(monkeypatch):
    monkeypatch.setattr(quick_model, "_KNOWN_COUNT", 3)
    monkeypatch.setattr(quick_model, "_HALF_WEIGHT_SHARE", 0.3)
    texts = ["the cat the dog", "the the dog", "the fish the"]
    # Of ten tokens, "the" is six; others are fewer than three, and count as absent.
    assert token_weights(TOKENIZER, texts, 4).tolist() == pytest.approx([1, 1, 1, 0.3 / 0.9])
    assert token_weights(TOKENIZER, [], 4).tolist() == [1, 1, 1, 1]


def test_an_index_carries_its_quick_model(tmp_path):
    embedder = quick()
    save_quick_model(tmp_path / "quick", embedder)
    loaded = load_quick_embedder(tmp_path / "quick", embedder.model.as_json())
    assert loaded.model == embedder.model
    assert loaded.model.name == "quick vectors of dictionary"
    assert loaded.embed_query("cat dog").tolist() == embedder.embed_query("cat dog").tolist()


def test_a_quick_model_that_is_another_or_damaged_is_refused(tmp_path):
    record = quick().model.as_json()
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_quick_embedder(tmp_path, record)
    save_quick_model(tmp_path, quick(TOKENS * 2))
    with pytest.raises(ModelError, match="not the one that this index was built with"):
        load_quick_embedder(tmp_path, record)
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": None}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_quick_embedder(tmp_path, record)
