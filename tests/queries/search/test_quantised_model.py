"""Documents embedded with 8-bit weights are near those of the model, and in order."""

import numpy as np
import pytest

from queries.errors import ModelError
from queries.search.embedder import SentenceEmbedder
from queries.search.model_files import BUNDLED
from queries.search.quantised_model import can_quantise
from tests.bench.known_items import known_items


@pytest.fixture(scope="module")
def model():
    return SentenceEmbedder(BUNDLED, "cpu")


@pytest.mark.skipif(not can_quantise(), reason="this processor has no VNNI")
def test_eight_bits_give_about_the_vectors_of_the_model(model):
    exact = SentenceEmbedder(BUNDLED, "cpu", precision="float32")
    assert (model.precision, exact.precision) == ("int8", "float32")
    assert model.model == exact.model
    prompts = [item.query for item in known_items()]
    cosines = (model.embed_documents(prompts) * exact.embed_documents(prompts)).sum(axis=1)
    assert 0.96 < cosines.mean() < 1
    # Queries are few: they are embedded exactly.
    assert model.embed_query("a cat naps").tolist() == exact.embed_query("a cat naps").tolist()


@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_vectors_come_in_the_order_of_the_texts(precision):
    model = SentenceEmbedder(BUNDLED, "cpu", precision=precision, batch_size=2)
    texts = ["word " * 40, "a cat naps", "", "bank rates rose again", "a cat"]
    each = np.concatenate([model.embed_documents([text]) for text in texts])
    assert model.embed_documents([]).shape == (0, 384)
    # With 8 bits, the other texts of a batch change the scale of the activations.
    nearest = (model.embed_documents(texts) @ each.T).argmax(axis=1)
    assert nearest.tolist() == [0, 1, 2, 3, 4]


def test_eight_bits_are_refused_where_they_would_overflow(monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx2": True})
    assert SentenceEmbedder(BUNDLED, "cpu").precision == "float32"
    with pytest.raises(ModelError, match=r"cannot be computed with 8 bits.*--precision float32"):
        SentenceEmbedder(BUNDLED, "cpu", precision="int8")


def test_every_text_is_tokenised_once(model, monkeypatch):
    tokenizer, calls = model._model.tokenizer, []
    encode = type(tokenizer)._encode_plus

    def counted(self, text, *arguments, **options):
        calls.extend(text if isinstance(text, list) else [text])
        return encode(self, text, *arguments, **options)

    monkeypatch.setattr(type(tokenizer), "_encode_plus", counted)
    texts = ["a cat", "bank rates rose again", "a cat naps"]
    model.embed_documents(texts)
    assert calls == texts
