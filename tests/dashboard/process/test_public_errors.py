"""What readers may see of an error: no path of the server, no address of a database."""

import logging
from pathlib import Path

import pytest

from dashboard.process import open_stores
from dashboard.process.public_errors import public_text
from queries import errors
from tests.support.paths import ROOT

FOLDER = Path("/srv/team/a store")
DATABASE = "postgresql://db.example.org:5432/chatscape"


@pytest.fixture(autouse=True)
def _store(monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(FOLDER))
    open_stores.settings.cache_clear()
    yield
    open_stores.settings.cache_clear()


@pytest.mark.parametrize(
    "error",
    [
        *(errors.StoreMissingError(FOLDER), errors.StoreFormatError(FOLDER, 1, 2)),
        *(errors.StoreBusyError(FOLDER, "prepare, 7"), errors.StoreFullError(FOLDER)),
        *(errors.TombstoneError(FOLDER / "removed.parquet"), errors.IndexMissingError(FOLDER)),
        *(errors.IndexMismatchError(FOLDER), errors.IndexWithoutModelError(FOLDER)),
        errors.ModelError("/opt/models/mini", "/opt/models/mini/config.json is missing"),
        errors.LicenceError("looked up", f"{FOLDER}/state/log.sqlite: it is damaged"),
        errors.AuditLogError(FOLDER / "state" / "log.sqlite", "database is locked"),
        errors.AuditLogError(DATABASE, "connection refused"),
        errors.ManifestError(FOLDER / "state" / "exports" / "x.json", "it was changed."),
        errors.ExportError(Path("/tmp/out/slice.parquet"), "the disk is full."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_page_names_no_path_and_the_log_does(error, caplog):
    # What people type may be in the others.
    is_of_server = not isinstance(error, errors.ManifestError | errors.ExportError)
    with caplog.at_level(logging.WARNING):
        text = public_text(error)
    for secret in ("/srv", "a store", "/opt", "/tmp", "db.example.org", "postgresql:"):
        assert secret not in text
    assert (str(error) if is_of_server else type(error).__name__) in caplog.text
    assert is_of_server or str(error) not in caplog.text


def test_what_to_do_stays():
    assert public_text(errors.StoreMissingError(FOLDER)) == (
        "There is no prepared store at DIR. Build one with: chatscape prepare RAW --store DIR"
    )


@pytest.mark.parametrize(
    "message",
    ["a and/or b", "select 1 /2", "24/7, see https://example.org/a/b", "/", "a / b / c", "1/2/3"],
)
def test_other_texts_stay_as_they_are(message, caplog):
    assert public_text(errors.DataError(message)) == message
    assert not caplog.records


def test_no_page_shows_a_message_as_it_is():
    folders = ("components", "panels", "state", "views")
    modules = [path for name in folders for path in (ROOT / "dashboard" / name).rglob("*.py")]
    assert len(modules) > 50
    jobs = ROOT / "dashboard" / "process" / "export_jobs.py"
    assert [p.name for p in (*modules, jobs) if "str(error)" in p.read_text()] == []
