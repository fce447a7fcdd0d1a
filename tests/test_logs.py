"""The log: its form, what is in it, and that nothing of the data or of a search ever is."""

import asyncio
import io
import json
import logging
import shutil
import subprocess
import sys
import threading
import time
import warnings

import duckdb
import pytest
from streamlit import logger as streamlit_logger

from dashboard import logs as server_logs
from dashboard import session
from dashboard.exports import Exports, Job
from dashboard.stores import Stores
from queries import logs
from queries.access_log import note
from queries.errors import FilterError, SlowQueryError
from queries.layout import StorePath
from queries.licence import accept
from queries.logs import fields
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.store import Store
from queries.timing import timed
from tests import serving, tiny
from tests.app.conftest import (  # noqa: F401  fixtures
    no_search_for_components,
    on_this_machine,
    opened,
)
from tests.conftest import ROOT, prepared

SECRET = "xylophagous"
TYPED = "quokkawise"


@pytest.fixture
def said(monkeypatch, request):
    """What the log of a server says; everything is as before in the end."""
    form = getattr(request, "param", "json")
    root = logging.getLogger()
    kept = root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    loggers = [*streamlit_logger._loggers.values(), *map(logging.getLogger, server_logs.UVICORN)]
    before = [(one, one.handlers[:], one.propagate) for one in loggers]
    monkeypatch.setattr(streamlit_logger, "setup_formatter", streamlit_logger.setup_formatter)
    stream = io.StringIO()
    server_logs.begin(form)
    root.handlers[0].setStream(stream)
    yield stream
    root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook = kept
    logging.captureWarnings(capture=False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for one, handlers, propagate in before:
        one.handlers[:], one.propagate = handlers, propagate


def events(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_an_object_on_a_line(said):
    logging.getLogger("queries.x").info("done %d of\n%s", 3, "a thing", extra=fields(rows=7))
    (event,) = events(said)
    at = time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
    assert event.pop("time").startswith(at[:-1])
    assert event == {
        "level": "info",
        "logger": "queries.x",
        "message": "done 3 of\na thing",
        "rows": 7,
    }


@pytest.mark.parametrize("said", ["text"], indirect=True)
def test_as_text_it_is_a_line_with_the_same(said):
    logging.getLogger("dashboard.x").warning("slow", extra=fields(name="model_mix", rows=7))
    line = said.getvalue()
    assert line.endswith("Z WARNING dashboard.x: slow name=model_mix rows=7\n")
    assert len(line.splitlines()) == 1


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise duckdb.ConversionException(f"Could not convert '{SECRET}'") from error


@pytest.mark.parametrize("said", ["text", "json"], indirect=True)
def test_an_error_is_its_type_and_lines_of_code_and_not_what_it_says(said):
    try:
        fail()
    except duckdb.Error as error:
        error.add_note(SECRET)
        logging.getLogger("dashboard.x").exception("a page could not be drawn")
        logging.getLogger("streamlit.x").error("it was %s of %s", error, SECRET, exc_info=True)
        logging.getLogger("streamlit.x").warning(error)
        logging.getLogger("queries.x").warning("it was %s", error)
    text = said.getvalue()
    assert SECRET not in text
    assert "_duckdb.ConversionException from builtins.ValueError" in text
    assert "tests/test_logs.py" in text
    assert "int(SECRET)" in text
    assert "it was ConversionException of …" in text


def test_errors_that_came_together_are_told_by_the_first(said):
    group = ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)])
    logging.getLogger("x").error("both", exc_info=group)
    (event,) = events(said)
    assert event["error"] == "builtins.ExceptionGroup from builtins.ValueError"
    assert SECRET not in said.getvalue()


def test_errors_that_nobody_catches_come_in_the_same_form(said):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except duckdb.Error as error:
        sys.excepthook(type(error), error, error.__traceback__)
    in_thread, in_process = events(said)
    assert in_thread["message"] == "a thread ended by an error"
    assert in_process["level"] == "critical"
    assert SECRET not in said.getvalue()


def test_a_task_that_nobody_waited_for_does_not_tell_its_error(said):
    async def begin():
        async def fails():
            fail()

        task = asyncio.create_task(fails())
        await asyncio.sleep(0.01)
        del task

    asyncio.run(begin())
    (event,) = events(said)
    assert event["message"] == "Task exception was never retrieved"
    assert SECRET not in said.getvalue()


def test_a_warning_of_python_is_its_kind_and_place(said):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(SECRET, DeprecationWarning, stacklevel=1)
    (event,) = events(said)
    assert event["message"].endswith("DeprecationWarning")
    assert "test_logs.py" in event["message"]
    assert SECRET not in said.getvalue()


def test_what_streamlit_and_uvicorn_say_comes_once_and_in_the_same_form(said):
    streamlit_logger.get_logger("streamlit.of_later").warning("port %d of %s", 80, SECRET)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    logging.getLogger("uvicorn.access").warning('"GET /?text=%s"', SECRET)
    one, other = events(said)
    assert one["message"] == "port 80 of …"
    assert other["logger"] == "uvicorn.error"


def test_a_query_that_fails_is_told_by_name_time_and_outcome(said):
    with pytest.raises(duckdb.Error), timed("query", "slice_rows"):
        fail()
    with pytest.raises(SlowQueryError), timed("query", "slice_rows"):
        raise SlowQueryError("slice_rows", 1)
    with pytest.raises(FilterError), timed("search", "words"):
        raise FilterError(SECRET)
    failed, slow = events(said)
    assert (failed["name"], failed["outcome"]) == ("slice_rows", "failed")
    assert failed["milliseconds"] == 0
    assert slow["outcome"] == "slow"


def test_what_is_noted_is_told_without_what_it_is_of(said, tmp_path):
    note(StorePath(tmp_path), "jo", "exported", f"export --text {SECRET}", count=3)
    (event,) = events(said)
    assert {name: event[name] for name in ("who", "what", "count")} == {
        "who": "jo",
        "what": "exported",
        "count": 3,
    }
    assert SECRET not in said.getvalue()


def test_an_export_that_breaks_is_in_the_log_as_its_page_promises(said):
    exports, job = Exports(), Job(SECRET, SECRET, 1)
    exports.begin(job, lambda _: fail())  # type: ignore[func-returns-value, arg-type]
    exports._writers.shutdown()
    assert job.problem == "The export failed; the server's log says why."
    (event,) = events(said)
    assert event["message"] == "an export failed"
    assert "ConversionException" in event["error"]
    assert SECRET not in said.getvalue()


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The twelve and a conversation with a secret, indexed by words."""
    folder = tmp_path_factory.mktemp("planted")
    secret = tiny.row("5", "gpt-4", "English", f"My {SECRET} word", f"It is {SECRET}")
    prepared(tiny.write(folder / "raw.parquet", [*tiny.ROWS, secret]), folder / "store")
    accept(StorePath(folder / "store"), "a test")
    build_index(StorePath(folder / "store"), None, Silent())
    return folder / "store"


PAGES = {
    "overview": {"text": SECRET},
    "browse": {"text": f"{SECRET} OR {TYPED}"},
    "search": {"find": SECRET, "mode": "words"},
    "conversation": {"conversation": "5" * 32},
    "compare": {"against": f"text={SECRET}"},
}


@pytest.mark.parametrize("view", PAGES)
def test_pages_leave_no_word_of_the_data_in_the_log(said, opened, planted, view):  # noqa: F811
    page = opened(planted, view, **PAGES[view])
    assert not page.exception
    assert SECRET not in said.getvalue()
    ours = [event["message"] for event in events(said) if event["logger"].startswith("dashboard")]
    assert ours == ["a page was opened in a browser"]


@pytest.mark.parametrize("view", PAGES)
def test_pages_that_fail_leave_none_either(said, opened, planted, view, monkeypatch):  # noqa: F811
    def failing(self, _, name, filters, said, *rest):
        with timed("query", name):
            int(f"{SECRET} {filters} {said}")

    monkeypatch.setattr(Store, "_asked", failing)
    monkeypatch.setattr(session, "_stores", Stores(session._open))
    session.remembered_rows.cache_clear()
    opened(planted, view, **PAGES[view])
    text = said.getvalue()
    assert SECRET not in text
    assert TYPED not in text
    messages = {event["message"] for event in events(said)}
    assert "a page could not be drawn" in messages
    assert "query failed" in messages


def test_a_search_that_cannot_be_read_is_not_repeated(said, opened, planted):  # noqa: F811
    opened(planted, "search", find=f'"{TYPED} -', mode="words")
    opened(planted, "overview", text=f"({TYPED}")
    assert TYPED not in said.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_of_the_real_server_is_whole_and_has_no_secret(planted, tmp_path, form):
    shutil.copytree(planted, tmp_path / "store")
    options = {"in_memory": "false", "log": form, "rumour": TYPED}
    with serving.serving(tmp_path / "store", tmp_path / "log", **options) as host:
        serving.asked(f"{host}/?text={SECRET}")
        with serving.reading(host) as page:
            serving.opened(page, f"text={SECRET}")
            serving.opened(page, f"text=%28{TYPED}")
        for path in (tmp_path / "store" / "versions").rglob("part-*.parquet"):
            path.write_bytes(path.read_bytes().replace(b"PAR1", b"RAP1"))
        with serving.reading(host) as page:
            serving.opened(page, f"text={SECRET}&model=gpt-4&min_turns=1")
        assert serving.health(host)[0] == 503
    lines = (tmp_path / "log").read_text().splitlines()
    text = "\n".join(lines)
    assert SECRET not in text
    assert TYPED not in text
    assert "CHATSCAPE_RUMOUR is not a setting" in text
    for said in ("a page was opened", "query failed", "not ready: ", "a page could not be drawn"):
        assert said in text
    if form == "text":
        assert "\nTraceback:\n" in text
    else:
        assert "Traceback" not in text
        beyond = [line for line in lines if not line.startswith("{")]
        assert [line.split()[0] for line in beyond] == ["Warning:", "Chatscape"]
        assert all(json.loads(line)["time"] for line in lines if line not in beyond)


def test_commands_have_no_log(planted, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_LOG", "json")
    code = (
        "from queries import timing; timing.SLOW_SECONDS = 0; from queries.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "query", "model_mix", "--store", str(planted)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
