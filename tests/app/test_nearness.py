"""Similar conversations: only near ones are listed, and the page says so where nothing is near."""

import pytest

from queries.search import similarity_floor
from tests.app.support.components import data, notices, whole
from tests.app.support.search_page import result_ids


@pytest.fixture
def floor(monkeypatch, indexed_folder):
    """Sets the similarity from which texts are near for the model of the index."""
    from queries.store.layout import StorePath

    manifest = StorePath(indexed_folder).current().manifest()
    name = manifest["steps"]["index"]["model"]["name"]
    return lambda least: monkeypatch.setattr(similarity_floor, "_FLOORS", {name: least})


@pytest.fixture
def museum(indexed):
    """The id of a conversation about museums."""
    return result_ids(indexed("search", q="museum", mode="words"))[0]


def close_in_meaning(app):
    section = data(app, "related")["sections"][-1]
    assert section["title"] == "Close in meaning"
    return section


def test_what_is_not_near_is_not_listed_and_the_page_says_so(indexed, museum, floor):
    floor(1.01)
    section = close_in_meaning(whole(indexed("conversation", conversation=museum)))
    assert section["items"] == []
    assert section["note"].startswith("Nothing is near: the nearest has similarity 0.")
    assert section["note"].endswith("below 1.01.")
    (notice,) = notices(whole(indexed("search", like=museum)))
    assert notice == section["note"]


def test_near_ones_are_listed_without_those_that_are_not(indexed, museum, floor):
    everything = close_in_meaning(whole(indexed("conversation", conversation=museum)))["items"]
    similar = [float(item["detail"].removeprefix("similarity ")) for item in everything]
    assert max(similar) <= 0.99
    floor(similar[2])
    section = close_in_meaning(whole(indexed("conversation", conversation=museum)))
    assert section["note"] == "user messages with a similar meaning in the whole store"
    near = sum(likeness >= similar[2] for likeness in similar)
    assert [item["href"] for item in section["items"]] == [
        item["href"] for item in everything[:near]
    ]
    assert not notices(whole(indexed("search", like=museum)))


def test_nothing_is_said_of_a_model_that_was_not_measured(indexed, museum):
    assert len(close_in_meaning(whole(indexed("conversation", conversation=museum)))["items"]) == 5
    assert not notices(whole(indexed("search", like=museum)))
