"""What is said when the database of state cannot be used: one sentence, soon, and no password."""

import shutil
import socket
import subprocess
import sys
import time

import pytest

from queries.cli import run
from queries.errors import AuditLogError, LicenceError
from queries.state.audit_log import audit_events, record_event
from queries.state.licence import accept, is_acceptance_needed
from queries.store.layout import StorePath
from tests.support.browser import free_port
from tests.support.paths import ROOT
from tests.support.postgres import PASSWORD, USER

SECRET = "hunter2"


def refused(tmp_path, monkeypatch, address, seconds=60.0):
    """What is said of a database that cannot be used, asked in every way; none waits for ever."""
    monkeypatch.setenv("CHATSCAPE_STATE", address)
    store = StorePath(tmp_path)
    store.ensure_identity()
    sentences = []
    for ask, kind in (
        (lambda: record_event(store, "ada", "unmasked", "x"), AuditLogError),
        (lambda: audit_events(store), AuditLogError),
        (lambda: accept(store, "ada"), LicenceError),
    ):
        began = time.monotonic()
        with pytest.raises(kind) as caught:
            ask()
        assert time.monotonic() - began < seconds
        sentences.append(str(caught.value))
    for sentence in sentences:
        assert "\n" not in sentence
        assert sentence.endswith(".")
        assert SECRET not in sentence
        assert PASSWORD not in sentence
    assert sentences[0] == sentences[1]
    return sentences[0], sentences[2]


def test_a_database_that_is_down_is_reported(tmp_path, monkeypatch):
    port = free_port()
    address = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/chatscape?sslpassword={SECRET}"
    log, licence = refused(tmp_path, monkeypatch, address)
    assert log == (
        f"The audit log at postgresql://127.0.0.1:{port}/chatscape cannot be used: connection "
        f'failed: connection to server at "127.0.0.1", port {port} failed: Connection refused. '
        "Without it nothing is unmasked, exported or removed: check that the database is running "
        "and that CHATSCAPE_STATE is correct."
    )
    assert licence.startswith("The acceptance of the licence cannot be kept (postgresql://127.0.")
    assert licence.endswith(
        "check that the database is running and that CHATSCAPE_STATE is correct."
    )


def test_a_server_that_says_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.state.engines.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"postgresql://ada:{SECRET}@127.0.0.1:{port}/chatscape"
        log, _ = refused(tmp_path, monkeypatch, address)
    assert "timeout" in log


@pytest.mark.parametrize("wrong", [SECRET, USER])
def test_a_wrong_password_is_reported_and_not_shown(postgres, tmp_path, monkeypatch, wrong):
    address = f"postgresql://{USER}:{wrong}@127.0.0.1:{postgres.port}/postgres"
    log, _ = refused(tmp_path, monkeypatch, address)
    assert (
        f'password authentication failed for user "{USER}"' in log
        if wrong != USER
        else "it cannot be reached, or rejects the user name or password" in log
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (SECRET, "it is not the URL of a database"),
        (f"postgresql://127.0.0.1:{SECRET}/x", "it is not the URL of a database"),
        (f"postgresql://ada:p@{SECRET}@127.0.0.1/x", "write an @ in a password as %40"),
        (f"postgresql://ada:p@w/{SECRET}@127.0.0.1/x", "write an @ in a password as %40"),
        (f"mysql://ada:{SECRET}@127.0.0.1/x", "it is neither PostgreSQL nor a SQLite file"),
        ("sqlite://", "it is neither PostgreSQL nor a SQLite file"),
        ("sqlite:////no/such/folder/x.sqlite", "unable to open database file"),
        (f"postgresql://ada:{SECRET}@no-such-host.invalid/x", "failed to resolve host"),
    ],
)
def test_a_wrong_address_is_reported_with_how_to_write_it(tmp_path, monkeypatch, address, sentence):
    log, _ = refused(tmp_path, monkeypatch, address)
    assert sentence in log


def test_a_missing_driver_is_reported(tmp_path, monkeypatch):
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
    with pytest.raises(AuditLogError, match="is not currently accepting connections"):
        record_event(store, "ada", "unmasked", "x")
    script = (
        "import sys; from pathlib import Path; from queries.store.layout import StorePath\n"
        "from queries.state.licence import is_acceptance_needed\n"
        "store = StorePath(Path(sys.argv[1])); is_acceptance_needed(store, store.current())"
    )
    command = [sys.executable, "-c", script, str(store.path)]
    another = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "LicenceError: The acceptance of the licence cannot be looked up" in another.stderr
