"""The bundled model for queries gives what sentence-transformers gives, without PyTorch."""

import json
import subprocess
import sys

import numpy as np
import pytest

from queries.errors import ModelError
from queries.search import model_files
from queries.search.bundled_model import BundledEmbedder
from queries.search.embedder import SentenceEmbedder, load_embedder
from queries.search.model_files import BUNDLED
from tests.support.paths import ROOT

TEXTS = [
    *(
        "how do I boil an egg",
        "",
        "C++ & C#: e=mc² ﬁ naïve Café",
        "猫が好き",
        "İstanbul 👩‍💻",
        "a\0b",
    ),
    *("대한민국의 수도는 서울이며 " * 30, "a " * 254, "a " * 255, "x" * 3_000),
]

_SEARCHED = """
import json, sys
from queries.search.embedder import load_embedder
load_embedder(json.loads(sys.argv[1])).embed_query("an egg")
print(*({"torch", "transformers", "sentence_transformers"} & sys.modules.keys()))
"""


@pytest.fixture(scope="module")
def bundled():
    return BundledEmbedder()


@pytest.fixture(scope="module")
def reference():
    return SentenceEmbedder(BUNDLED, "cpu", precision="float32")


@pytest.mark.parametrize("text", TEXTS)
def test_it_gives_the_vectors_of_sentence_transformers(bundled, reference, text):
    vector = bundled.embed_query(text)
    assert (vector.dtype, vector.shape) == (np.float32, (384,))
    assert np.allclose(vector, reference.embed_query(text), atol=1e-5)


def test_texts_are_embedded_one_by_one_and_counted_as_cut(bundled, reference):
    rows = bundled.embed_documents(TEXTS)
    assert np.array_equal(rows[0], bundled.embed_query(TEXTS[0]))
    assert bundled.embed_documents([]).shape == (0, 384)
    assert bundled.are_truncated(TEXTS).tolist() == reference.are_truncated(TEXTS).tolist()
    assert bundled.are_truncated([]).tolist() == []


def test_it_is_the_model_that_an_index_records(bundled, reference):
    assert bundled.model == reference.model
    assert isinstance(load_embedder(reference.model.as_json()), BundledEmbedder)


def test_a_process_that_only_searches_does_not_load_pytorch(bundled):
    record = json.dumps(bundled.model.as_json())
    command = [sys.executable, "-c", _SEARCHED, record]
    assert subprocess.check_output(command, text=True, cwd=ROOT).split() == []


def test_other_weights_than_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(model_files, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="not the published ones"):
        BundledEmbedder()
