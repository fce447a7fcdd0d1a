"""Who accepted the licence: kept beside the log, or in a file of before."""

import json
import shutil

import pytest

from queries.errors import LicenceError
from queries.layout import StorePath
from queries.licence import accept, is_acceptance_needed
from queries.state import ACCEPTANCES, state_of


@pytest.fixture
def store(own_folder):
    return StorePath(own_folder)


def is_needed(store):
    return is_acceptance_needed(store, store.current())


@pytest.mark.usefixtures("each_state")
def test_an_acceptance_is_kept_with_who_and_when(store):
    assert is_needed(store)
    accept(store, "ada")
    accept(store, "bob")
    assert not is_needed(store)
    names = ["accepted_by", "terms_version"]
    assert state_of(store).rows(ACCEPTANCES, names) == [("bob", 1), ("ada", 1)]


@pytest.mark.usefixtures("each_state")
def test_terms_that_ask_for_more_are_asked_for_again(store, monkeypatch):
    accept(store, "ada")
    assert not is_needed(store)
    monkeypatch.setattr("queries.licence.TERMS_VERSION", 2)
    assert is_needed(store)
    accept(store, "ada")
    assert not is_needed(store)


@pytest.mark.usefixtures("each_state")
def test_an_acceptance_in_a_file_of_before_counts(store, monkeypatch):
    (store.path / "state").mkdir()
    said = {"terms_version": 1, "accepted_at": "2026-01-01T00:00:00+00:00", "accepted_by": "ada"}
    (store.path / "state" / "licence.json").write_text(json.dumps(said))
    assert not is_needed(store)
    monkeypatch.setattr("queries.licence.TERMS_VERSION", 2)
    assert is_needed(store)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"terms_version": null}'])
def test_a_file_that_says_nothing_is_said(store, text):
    (store.path / "state").mkdir()
    (store.path / "state" / "licence.json").write_text(text)
    with pytest.raises(LicenceError, match=r"cannot be looked up .*: let somebody who may read"):
        is_needed(store)


def test_what_cannot_be_kept_is_said(store):
    (store.path / "state").write_text("no folder")
    with pytest.raises(LicenceError, match=r"cannot be kept \(.*: chatscape accept-licence"):
        accept(store, "ada")
    assert is_needed(store)


def test_a_store_that_is_destroyed_and_made_again_asks_again(store, postgres_state, tiny_folder):
    from queries.removal.destroy import destroy

    accept(store, "ada")
    assert not is_needed(store)
    destroy(store, "ada", store.path.parent)
    shutil.copytree(tiny_folder, store.path)
    assert is_needed(store)
