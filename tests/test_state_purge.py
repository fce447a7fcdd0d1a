"""What a purge does with the rows of a store in a database that stores share."""

import json
import shutil

import pytest

from queries.access_log import note, noted
from queries.errors import LogError, PurgeError
from queries.layout import StorePath
from queries.licence import accept, is_acceptance_needed
from queries.progress import Silent
from queries.removal.destroy import destroy
from queries.removal.purge import purge
from queries.removal.remove import remove
from tests import tiny
from tests.browsing import free_port
from tests.conftest import prepared

SAID = "The quick brown fox jumps over the lazy dog, and over nobody else."
OTHER = "Nothing that anybody else would ever say in just these words of mine"


@pytest.fixture
def stores(tiny_folder, tmp_path, postgres_state):
    """Two stores whose licences are accepted, one database."""
    found = [StorePath(shutil.copytree(tiny_folder, tmp_path / name)) for name in "ab"]
    for store in found:
        accept(store, "ada")
        note(store, "ada", "unmasked", store.path.name)
    return found


def count_of(postgres, name):
    """Rows of events and of acceptances in a database."""
    with postgres.connected(name) as server:
        return [
            server.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("events", "acceptances")
        ]


def test_destroying_a_store_deletes_its_rows_alone(stores, postgres, postgres_state):
    destroyed, other = stores
    note(destroyed, "bob", "exported", "x")
    assert count_of(postgres, postgres_state) == [3, 2]
    letter = destroy(destroyed, "ada", destroyed.path.parent)
    assert count_of(postgres, postgres_state) == [1, 1]
    assert noted(other)["of"].tolist() == ["b"]
    assert not is_acceptance_needed(other, other.current())
    assert not destroyed.path.exists()
    place = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    rows = json.loads(letter.with_suffix(".json").read_text())["rows"]
    assert (rows["at"], rows["count"]) == (place, 3)
    text = " ".join(letter.read_text().split())
    assert f"Its 3 rows in the database {place} (the log, and the acceptance" in text
    assert f"| {tiny.__name__} |" not in text
    assert "tiny.parquet |" in text


def test_destroying_goes_on_when_the_database_is_back(
    stores, postgres, postgres_state, monkeypatch, tmp_path
):
    store = stores[0]
    real = postgres.address(postgres_state)
    monkeypatch.setenv("CHATSCAPE_STATE", f"postgresql://127.0.0.1:{free_port()}/{postgres_state}")
    down = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    monkeypatch.setattr("queries.databases.shown", lambda _: down)
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


def test_a_store_is_not_destroyed_where_its_rows_would_be_forgotten(stores, monkeypatch, tmp_path):
    monkeypatch.delenv("CHATSCAPE_STATE")
    with pytest.raises(PurgeError, match=r"stores share\). Set CHATSCAPE_STATE to"):
        destroy(stores[0], "ada", tmp_path)
    assert stores[0].current()


def test_a_store_without_rows_elsewhere_is_confirmed_as_before(tiny_folder, tmp_path):
    store = StorePath(shutil.copytree(tiny_folder, tmp_path / "store"))
    note(store, "ada", "unmasked", "x")
    letter = destroy(store, "ada", tmp_path)
    assert json.loads(letter.with_suffix(".json").read_text())["rows"] is None
    assert "the register of removed conversations and the log." in letter.read_text()
    assert "database" not in letter.read_text().partition("## What this does not cover")[0]


@pytest.mark.usefixtures("postgres_state")
@pytest.mark.parametrize(("reason", "is_quoted"), [(SAID, True), (OTHER, False)])
def test_a_purge_searches_the_rows(postgres, postgres_state, tmp_path, reason, is_quoted):
    rows = [*tiny.ROWS, tiny.row("x", "gpt-4", "English", SAID, "fine")]
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = StorePath(tmp_path / "store")
    remove(store, ["x" * 32], reason, "ada")
    letter = purge(store, "ada", Silent())
    place = f"postgresql://127.0.0.1:{postgres.port}/{postgres_state}"
    searched = json.loads(letter.with_suffix(".json").read_text())["searched"]
    assert searched["database"] == place
    assert searched["typed"] == (["removed.parquet", place] if is_quoted else [])
    assert f"The rows of the store in the database {place} were searched as well." in " ".join(
        letter.read_text().split()
    )


def test_a_purge_that_cannot_be_noted_does_not_begin(stores, monkeypatch):
    store = stores[0]
    remove(store, ["a" * 32], "asked", "ada")
    before = store.current_name()
    monkeypatch.setenv("CHATSCAPE_STATE", f"postgresql://127.0.0.1:{free_port()}/x")
    with pytest.raises(LogError, match="refused"):
        purge(store, "ada", Silent())
    assert store.current_name() == before
