"""What comes and goes does not move what is below: for a moment that would be there twice."""

import pytest

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.app.support.components import whole
from tests.app.support.index_builds import written
from tests.support.fake_embedder import DictionaryEmbedder


def last_positions(app):
    """The position of the last element of the page and of the sidebar."""
    return max(app.main.children), max(app.sidebar.children)


@pytest.fixture
def searchable(accepted, monkeypatch):
    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    build_index(StorePath(accepted), DictionaryEmbedder(), Silent())
    return accepted


@pytest.mark.parametrize("view", ["overview", "search"])
def test_a_value_that_no_one_knows_is_said_in_place(opened, searchable, view):
    query = {"q": "raining"} if view == "search" else {}
    without = whole(opened(searchable, view, **query))
    app = whole(opened(searchable, view, min_turns="many", **query))
    assert len(app.warning) + len(app.info) > len(without.warning) + len(without.info)
    assert last_positions(app) == last_positions(without)


def test_a_build_begins_and_ends_in_place(opened, accepted):
    build_index(StorePath(accepted), None, Silent())
    pages = []
    for changes in ({}, {"state": "failed"}, {"state": "failed", "kind": "words"}):
        written(accepted, **changes)
        pages.append(last_positions(whole(opened(accepted, "search", q="raining"))))
    assert len(set(pages)) == 1


def test_notes_on_results_come_in_place(opened, searchable):
    plain = whole(opened(searchable, "search", q="raining", mode="words"))
    for query in (
        {"mode": "both"},
        {"mode": "meaning"},
        {"mode": "meaning", "language": "Russian"},
    ):
        app = whole(opened(searchable, "search", q="raining", **query))
        assert last_positions(app) == last_positions(plain)
