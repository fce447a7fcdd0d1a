"""What a purge does with the rows of a store in a database that stores share."""

import json
import shutil

import pytest

from queries.errors import AuditLogError, PurgeError
from queries.removal.destroy import destroy
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.state.audit_log import audit_events, record_event
from queries.state.licence import accept, is_acceptance_needed
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.browser import free_port
from tests.support.stores import prepare_store

SAID = "The quick brown fox jumps over the lazy dog, and over nobody else."
OTHER = "Nothing that anybody else would ever say in just these words of mine"


@pytest.fixture
def stores(tiny_folder, tmp_path, postgres_state):
    """Two stores whose licences are accepted, one database."""
    copies = [StorePath(shutil.copytree(tiny_folder, tmp_path / name)) for name in "ab"]
    for store in copies:
        accept(store, "ada")
        record_event(store, "ada", "unmasked", store.path.name)
    return copies


def count_of(postgres, name):
    """Rows of events and of acceptances in a database."""
    with postgres.connected(name) as server:
        return [
            server.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("events", "acceptances")
        ]


def test_destroying_a_store_deletes_its_rows_alone(stores, postgres, postgres_state):
    destroyed, other = stores
    record_event(destroyed, "bob", "exported", "x")
    assert count_of(postgres, postgres_state) == [3, 2]
    letter = destroy(destroyed, "ada", destroyed.path.parent)
    assert count_of(postgres, postgres_state) == [1, 1]
    assert audit_events(other)["of"].tolist() == ["b"]
    assert not is_acceptance_needed(other, other.current())
    assert not destroyed.path.exists()
    place = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    rows = json.loads(letter.with_suffix(".json").read_text())["rows"]
    assert (rows["at"], rows["count"]) == (place, 3)
    text = " ".join(letter.read_text().split())
    assert f"Its 3 rows in the database {place} (the audit log, and the acceptance" in text
    assert f"| {tiny_dataset.__name__} |" not in text
    assert "tiny.parquet |" in text


def test_destroying_goes_on_when_the_database_is_back(
    stores, postgres, postgres_state, monkeypatch, tmp_path
):
    store = stores[0]
    real = postgres.address(postgres_state)
    monkeypatch.setenv("CHATSCAPE_STATE", f"postgresql://127.0.0.1:{free_port()}/{postgres_state}")
    down = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    monkeypatch.setattr("queries.state.engines.display_address", lambda _: down)
    with pytest.raises(PurgeError, match=r"its rows in the database cannot be deleted .*refused"):
        destroy(store, "ada", tmp_path)
    assert count_of(postgres, postgres_state) == [2, 2]
    monkeypatch.setenv("CHATSCAPE_STATE", "")
    with pytest.raises(PurgeError, match="Set CHATSCAPE_STATE to that database again"):
        destroy(store, "ada", tmp_path)
    monkeypatch.setenv("CHATSCAPE_STATE", real)
    letter = destroy(store, "ada", tmp_path)
    assert json.loads(letter.with_suffix(".json").read_text())["rows"]["count"] == 2
    assert count_of(postgres, postgres_state) == [1, 1]


def test_a_store_is_not_destroyed_without_access_to_its_rows(stores, monkeypatch, tmp_path):
    monkeypatch.delenv("CHATSCAPE_STATE")
    with pytest.raises(PurgeError, match=r"shared database\). Set CHATSCAPE_STATE to"):
        destroy(stores[0], "ada", tmp_path)
    assert stores[0].current()


def test_a_store_without_rows_in_a_database_is_confirmed_without_them(tiny_folder, tmp_path):
    store = StorePath(shutil.copytree(tiny_folder, tmp_path / "store"))
    record_event(store, "ada", "unmasked", "x")
    letter = destroy(store, "ada", tmp_path)
    assert json.loads(letter.with_suffix(".json").read_text())["rows"] is None
    assert "the list of removed conversations and the audit log." in letter.read_text()
    assert "database" not in letter.read_text().partition("## What this does not cover")[0]


@pytest.mark.usefixtures("postgres_state")
@pytest.mark.parametrize(("reason", "is_quoted"), [(SAID, True), (OTHER, False)])
def test_a_purge_searches_the_rows(postgres, postgres_state, tmp_path, reason, is_quoted):
    rows = [*tiny_dataset.ROWS, tiny_dataset.row("x", "gpt-4", "English", SAID, "fine")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = StorePath(tmp_path / "store")
    remove(store, ["x" * 32], reason, "ada")
    letter = purge(store, "ada", Silent())
    place = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    searched = json.loads(letter.with_suffix(".json").read_text())["searched"]
    assert searched["database"] == place
    assert searched["typed"] == (["removed.parquet", place] if is_quoted else [])
    assert f"The rows of this store in the database {place} were searched as well." in " ".join(
        letter.read_text().split()
    )


def test_a_purge_that_cannot_be_logged_does_not_start(stores, monkeypatch):
    store = stores[0]
    remove(store, ["a" * 32], "asked", "ada")
    before = store.current_name()
    monkeypatch.setenv("CHATSCAPE_STATE", f"postgresql://127.0.0.1:{free_port()}/x")
    with pytest.raises(AuditLogError, match="refused"):
        purge(store, "ada", Silent())
    assert store.current_name() == before
