"""The page Search with indexes that lack a model or have an approximate vector index."""

import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest

from dashboard.process import open_stores
from queries.errors import IndexWithoutModelError, ModelError
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.endpoint_error import EndpointError
from queries.search.language_quality import language_figures
from queries.search.model_choice import ModelChoice
from queries.search.model_files import BUNDLED
from queries.search.quick_model import quick_name
from queries.store.layout import StorePath
from queries.store.relations import Snapshot
from tests.app.support.components import (
    captions,
    data,
    notices,
    unescaped,
    whole,
)
from tests.app.support.search_page import (
    cards,
    result_count,
    result_ids,
)
from tests.support.embeddings_server import embeddings_server


def test_an_index_of_words_alone_finds_words(opened, words_folder):
    app = whole(opened(words_folder, "search", q="needle"))
    assert notices(app) == [str(IndexWithoutModelError(Path("DIR")))]
    assert result_count(app) == "1–1 of 1 conversation"
    assert cards(app)[0]["href"] == f"conversation?q=needle&conversation={'x' * 32}&turn=28"
    assert not data(app, "search_results")["hasLike"]
    for params in ({"q": "needle", "mode": "meaning"}, {"like": "a" * 32}):
        (error,) = opened(words_folder, "search", **params).error
        assert unescaped(error) == str(IndexWithoutModelError(Path("DIR")))


def test_where_the_model_is_missing_words_are_found(opened, indexed_folder, tmp_path, monkeypatch):
    error = ModelError("dictionary", "it is not there")
    monkeypatch.setattr("queries.search.index.load_embedder", Mock(side_effect=error))
    store = shutil.copytree(indexed_folder, tmp_path / "store")  # Its model is not loaded yet.
    app = whole(opened(store, "search", q="museum"))
    assert notices(app) == [str(error)]
    assert result_count(app) == "1–20 of 121 conversations"
    (element,) = opened(store, "search", q="museum", mode="meaning").error
    assert unescaped(element) == str(error)


def test_exact_is_offered_where_there_is_a_vector_index(indexed, indexed_folder, monkeypatch):
    path = StorePath(indexed_folder)
    index = open_stores.shared_store(path.path, Snapshot(path.current_name(), "")).search_index()
    monkeypatch.setitem(index.manifest, "vector_index", {"nprobes": 1})
    app = whole(indexed("search", q="museum", exact="true"))
    assert app.toggle(key="exact").value
    assert "Exact." in captions(app)


def test_while_an_endpoint_is_down_words_are_found(opened, accepted):
    with embeddings_server() as server:
        build_index(StorePath(accepted), ModelChoice(server.name).load, Silent())
        app = whole(opened(accepted, "search"))
        (summary,) = [text for text in captions(app) if text.startswith("This index: ")]
        assert "embedded by dictionary (8 dimensions)" in summary
        assert "Texts leave this process" in summary
        app = whole(opened(accepted, "search", q="kitten egg"))
        assert not app.warning
        assert {card["found"] for card in cards(app)} == {"close in meaning"}

        server.answer = lambda server, texts: (503, "text/plain", b"")
        app = whole(opened(accepted, "search", q="egg"))
        assert notices(app) == [str(EndpointError("dictionary", "it answers HTTP 503"))]
        assert result_count(app) == "1–3 of 3 conversations"
        (error,) = opened(accepted, "search", q="an egg", mode="meaning").error
        assert unescaped(error) == notices(app)[0]
        app = whole(opened(accepted, "conversation", q="egg", conversation=result_ids(app)[0]))
        assert server.url not in str(app)


@pytest.mark.parametrize("name", [BUNDLED, quick_name(BUNDLED)])
def test_a_language_that_is_not_served_well_is_said_beside_the_results(
    indexed, indexed_folder, monkeypatch, name
):
    path = StorePath(indexed_folder)
    index = open_stores.shared_store(path.path, Snapshot(path.current_name(), "")).search_index()
    model = {**index.manifest["model"], "name": name}
    monkeypatch.setitem(index.manifest, "model", model)
    app = whole(indexed("search", q="museum", language="Russian"))
    (note,) = app.main.info
    russian = language_figures(name)["Russian"]
    assert "does not serve Russian well" in unescaped(note)
    assert f"for {russian.first} of {russian.queries} known queries" in unescaped(note)
    app = whole(app.button(key="words_instead").click().run())
    assert app.query_params["mode"] == "words"
    assert app.segmented_control(key="mode").value == "words"
    assert "words_instead" not in [button.key for button in app.button]
    # The language of the query, by its letters.
    (note,) = whole(indexed("search", q="музей", mode="meaning")).main.info
    assert "does not serve Russian well" in unescaped(note)
    assert not whole(indexed("search", q="where is the museum", language="English")).main.info
