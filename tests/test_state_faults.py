"""What is said when the database of state cannot be used: one sentence, soon, and no password."""

import shutil
import socket
import subprocess
import sys
import time

import pytest

from queries.access_log import note, noted
from queries.cli import run
from queries.errors import LicenceError, LogError
from queries.layout import StorePath
from queries.licence import accept, is_acceptance_needed
from tests.browsing import free_port
from tests.conftest import ROOT
from tests.postgres import PASSWORD, USER

SECRET = "hunter2"


def refused(tmp_path, monkeypatch, address, seconds=3.0):
    """What is said of a database that cannot be used, when asked in every way; each is quick."""
    monkeypatch.setenv("CHATSCAPE_STATE", address)
    store = StorePath(tmp_path)
    store.made_identity()
    said = []
    for ask, kind in (
        (lambda: note(store, "ada", "unmasked", "x"), LogError),
        (lambda: noted(store), LogError),
        (lambda: accept(store, "ada"), LicenceError),
    ):
        began = time.monotonic()
        with pytest.raises(kind) as caught:
            ask()
        assert time.monotonic() - began < seconds
        said.append(str(caught.value))
    for sentence in said:
        assert "\n" not in sentence
        assert sentence.endswith(".")
        assert SECRET not in sentence
        assert PASSWORD not in sentence
    assert said[0] == said[1]
    return said[0], said[2]


def test_a_database_that_is_down_is_said(tmp_path, monkeypatch):
    port = free_port()
    address = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/chatscape?sslpassword={SECRET}"
    log, licence = refused(tmp_path, monkeypatch, address)
    assert log == (
        f"The log at postgresql://127.0.0.1:{port}/chatscape cannot be used: connection failed: "
        f'connection to server at "127.0.0.1", port {port} failed: Connection refused. Without it '
        "nothing is unmasked, exported or removed: see that the database runs and that "
        "CHATSCAPE_STATE is right."
    )
    assert licence.startswith("The acceptance of the licence cannot be kept (postgresql://127.0.")
    assert licence.endswith("see that the database runs and that CHATSCAPE_STATE is right.")


def test_a_server_that_says_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.databases.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/chatscape"
        log, _ = refused(tmp_path, monkeypatch, address, seconds=5)
    assert "timeout" in log


@pytest.mark.parametrize("wrong", [SECRET, USER])
def test_a_wrong_password_is_said_and_not_shown(postgres, tmp_path, monkeypatch, wrong):
    address = f"postgresql://{USER}:{wrong}@127.0.0.1:{postgres.port}/postgres"
    log, _ = refused(tmp_path, monkeypatch, address)
    assert (
        f'password authentication failed for user "{USER}"' in log
        if wrong != USER
        else "it cannot be reached, or does not accept the name and the password" in log
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (SECRET, "that is no address of a database"),
        (f"postgresql://127.0.0.1:{SECRET}/x", "that is no address of a database"),
        (f"postgresql://ada:p@{SECRET}@127.0.0.1/x", "write one in a password as %40"),
        (f"postgresql://ada:p@w/{SECRET}@127.0.0.1/x", "write one in a password as %40"),
        (f"mysql://ada:{SECRET}@127.0.0.1/x", "it names neither PostgreSQL nor a file of SQLite"),
        ("sqlite://", "it names neither PostgreSQL nor a file of SQLite"),
        ("sqlite:////no/such/folder/x.sqlite", "unable to open database file"),
        (f"postgresql://ada:{SECRET}@no-such-host.invalid/x", "failed to resolve host"),
    ],
)
def test_a_wrong_address_is_said_with_how_to_write_it(tmp_path, monkeypatch, address, sentence):
    log, _ = refused(tmp_path, monkeypatch, address)
    assert sentence in log


def test_a_missing_driver_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    address = f"postgresql://ada:{SECRET}@127.0.0.1:{free_port()}/without-driver"
    log, licence = refused(tmp_path, monkeypatch, address)
    for sentence in (log, licence):
        assert 'install it with: pip install "chatscape[postgres]".' in sentence


def test_nothing_is_shown_exported_or_removed_without_the_database(
    tiny_folder, tmp_path, monkeypatch, capsys
):
    store = shutil.copytree(tiny_folder, tmp_path / "store")
    monkeypatch.setenv("CHATSCAPE_STATE", f"postgresql://127.0.0.1:{free_port()}/x")
    (tmp_path / "ids.txt").write_text("a" * 32)
    for command in (
        ["show", "a" * 32, "--unmask"],
        ["export", str(tmp_path / "out.parquet")],
        ["remove", "--ids", str(tmp_path / "ids.txt"), "--reason", "asked"],
    ):
        assert run([*command, "--store", str(store)]) == 1
        out, err = capsys.readouterr()
        assert not out
        assert "Connection refused" in err
    assert not (store / "removed.parquet").exists()
    assert not (tmp_path / "out.parquet").exists()
    assert run(["list", "--store", str(store)]) == 0


def test_what_is_accepted_stays_so_while_the_database_is_down(
    postgres, postgres_state, tiny_folder, tmp_path
):
    store = StorePath(shutil.copytree(tiny_folder, tmp_path / "store"))
    assert is_acceptance_needed(store, store.current())
    accept(store, "ada")
    assert not is_acceptance_needed(store, store.current())
    postgres.close(postgres_state)
    assert not is_acceptance_needed(store, store.current())
    with pytest.raises(LogError, match="is not currently accepting connections"):
        note(store, "ada", "unmasked", "x")
    asked = (
        "import sys; from pathlib import Path; from queries.layout import StorePath\n"
        "from queries.licence import is_acceptance_needed\n"
        "store = StorePath(Path(sys.argv[1])); is_acceptance_needed(store, store.current())"
    )
    command = [sys.executable, "-c", asked, str(store.path)]
    another = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "LicenceError: The acceptance of the licence cannot be looked up" in another.stderr
