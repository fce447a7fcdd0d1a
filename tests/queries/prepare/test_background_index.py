"""The index that is built beside a dashboard: only what is missing, and no longer than it runs."""

import os
import subprocess
import sys

import pytest

from queries.errors import ModelError
from queries.prepare.index import background
from queries.prepare.index.background import build_missing_index
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.store.write_lock import write_lock
from tests.support.fake_embedder import DictionaryEmbedder

MAIN = "import sys; from queries.prepare.index.background import main; main(*sys.argv[1:])"


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch):
    monkeypatch.setattr(background, "_load", DictionaryEmbedder)


def model_name(store):
    model = store.current().manifest()["steps"]["index"]["model"]
    return model and model["name"]


@pytest.mark.parametrize(("kind", "model"), [("words", None), ("meaning", "dictionary")])
def test_a_missing_index_is_built(store, kind, model):
    assert build_missing_index(store, kind).is_new
    assert model_name(store) == model
    assert build_missing_index(store, kind) is None


def test_meaning_is_added_to_an_index_of_words(store):
    build_missing_index(store, "words")
    assert build_missing_index(store, "meaning").is_new
    assert model_name(store) == "dictionary"


@pytest.mark.parametrize("kind", ["words", "meaning"])
def test_an_index_of_another_model_is_kept(store, kind):
    build_index(store, DictionaryEmbedder(name="another"), Silent())
    assert build_missing_index(store, kind) is None
    assert model_name(store) == "another"


def started(store, kind, **settings):
    given = {f"CHATSCAPE_{name.upper()}": value for name, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, str(store.path), kind],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | given,
    )


def test_the_process_waits_for_other_writers_and_ends_with_its_parent(store):
    with write_lock(store):
        process = started(store, "words")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.stdin.close()
        assert process.wait(60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()
    assert "index" not in store.current().manifest()["steps"]


def test_the_process_builds_and_ends_while_its_parent_lives(store):
    process = started(store, "words")
    assert process.wait(120) == 0
    process.communicate()
    assert model_name(store) is None


def test_where_there_is_no_such_model_one_sentence_says_so_and_words_go_on(store):
    process = started(store, "meaning", model=str(store.path / "nowhere"))
    complaint = process.stderr.read()
    assert process.wait(120) == 1
    process.communicate()
    expected = str(ModelError(str(store.path / "nowhere"), "x")).partition("x")[0]
    assert complaint.splitlines()[-1].startswith(expected)
    assert "Traceback" not in complaint
    assert model_name(store) is None
