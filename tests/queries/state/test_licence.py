"""Who accepted the licence: kept beside the log, or in a file of before."""

import json
import logging
import shutil
import sqlite3
from contextlib import closing

import pytest

from queries.errors import LicenceError
from queries.state.database import ACCEPTANCES, open_state
from queries.state.licence import accept, is_acceptance_needed
from queries.store.layout import StorePath


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
    assert open_state(store).rows(ACCEPTANCES, names) == [("bob", 1), ("ada", 1)]


@pytest.mark.usefixtures("each_state")
def test_terms_that_ask_for_more_are_asked_for_again(store, monkeypatch):
    accept(store, "ada")
    assert not is_needed(store)
    monkeypatch.setattr("queries.state.licence.TERMS_VERSION", 2)
    assert is_needed(store)
    accept(store, "ada")
    assert not is_needed(store)


@pytest.mark.usefixtures("each_state")
def test_an_acceptance_in_a_file_of_before_counts(store, monkeypatch):
    (store.path / "state").mkdir()
    acceptance = {
        "terms_version": 1,
        "accepted_at": "2026-01-01T00:00:00+00:00",
        "accepted_by": "ada",
    }
    (store.path / "state" / "licence.json").write_text(json.dumps(acceptance))
    assert not is_needed(store)
    monkeypatch.setattr("queries.state.licence.TERMS_VERSION", 2)
    assert is_needed(store)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"terms_version": null}'])
def test_a_file_without_an_acceptance_is_reported(store, text):
    (store.path / "state").mkdir()
    (store.path / "state" / "licence.json").write_text(text)
    with pytest.raises(
        LicenceError, match=r"cannot be looked up .*: run this as a user with read perm"
    ):
        is_needed(store)


def test_an_acceptance_that_cannot_be_written_is_reported(store):
    (store.path / "state").write_text("no folder")
    with pytest.raises(LicenceError, match=r"cannot be kept \(.*: run chatscape accept-licence"):
        accept(store, "ada")
    assert is_needed(store)


@pytest.mark.parametrize("was_asked_before", [False, True])
@pytest.mark.parametrize("damage", ["damaged", "locked", "unreadable"])
def test_reading_goes_on_without_the_log_where_the_licence_was_accepted(
    store, caplog, damage, was_asked_before
):
    accept(store, "ada")
    if was_asked_before:
        # An acceptance of an earlier release is in the log alone until it is asked for.
        (store.state_path / "licence.json").unlink()
        assert not is_needed(store)
    log = store.state_path / "log.sqlite"
    with closing(sqlite3.connect(log)) as locking:
        if damage == "locked":
            locking.execute("begin exclusive")
        elif damage == "damaged":
            log.write_bytes(b"no database" * 1_000)
        else:
            log.unlink()
            log.mkdir()
        with caplog.at_level(logging.WARNING):
            assert not any(is_needed(store) for _ in range(3))
    reasons = {"damaged": "not a database", "locked": "locked", "unreadable": "disk I/O error"}
    assert [reasons[damage] in record.message for record in caplog.records] == [True]


def test_a_damaged_log_where_nobody_accepted_is_reported(store):
    (store.path / "state").mkdir()
    (store.path / "state" / "log.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(LicenceError, match="cannot be looked up"):
        is_needed(store)


def test_a_store_that_is_destroyed_and_made_again_asks_again(store, postgres_state, tiny_folder):
    from queries.removal.destroy import destroy

    accept(store, "ada")
    assert not is_needed(store)
    destroy(store, "ada", store.path.parent)
    shutil.copytree(tiny_folder, store.path)
    assert is_needed(store)
