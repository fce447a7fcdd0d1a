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

from dashboard.process import log_setup as server_logs
from dashboard.process import open_stores, query_cache
from dashboard.process.export_jobs import ExportJob, ExportJobs
from dashboard.process.open_stores import Stores
from queries.errors import FilterError, SlowQueryError
from queries.observability import log_format
from queries.observability.instrumentation import instrumented
from queries.observability.log_format import fields
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.state.audit_log import record_event
from queries.state.licence import accept
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.support import server, tiny_dataset
from tests.support.paths import ROOT
from tests.support.stores import prepare_store

SECRET = "xylophagous"
TYPED = "quokkawise"


@pytest.fixture
def log_stream(monkeypatch, request):
    """What the log of a server says; everything is as before in the end."""
    form = getattr(request, "param", "json")
    root = logging.getLogger()
    saved = root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {name: logging.getLogger(name).level for name in log_format.OURS}
    loggers = [*streamlit_logger._loggers.values(), *map(logging.getLogger, server_logs.UVICORN)]
    before = [(logger, logger.handlers[:], logger.propagate) for logger in loggers]
    monkeypatch.setattr(streamlit_logger, "setup_formatter", streamlit_logger.setup_formatter)
    stream = io.StringIO()
    server_logs.configure_server_logging(form)
    root.handlers[0].setStream(stream)
    yield stream
    root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook = saved
    logging.captureWarnings(capture=False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for logger, handlers, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate


def events(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_an_object_on_a_line(log_stream):
    logging.getLogger("queries.x").info("done %d of\n%s", 3, "a thing", extra=fields(rows=7))
    (event,) = events(log_stream)
    at = time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
    assert event.pop("time").startswith(at[:-1])
    assert event == {
        "level": "info",
        "logger": "queries.x",
        "message": "done 3 of\na thing",
        "rows": 7,
    }


@pytest.mark.parametrize("log_stream", ["text"], indirect=True)
def test_as_text_it_is_a_line_with_the_same(log_stream):
    logging.getLogger("dashboard.x").warning("slow", extra=fields(name="model_mix", rows=7))
    line = log_stream.getvalue()
    assert line.endswith("Z WARNING dashboard.x: slow name=model_mix rows=7\n")
    assert len(line.splitlines()) == 1


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise duckdb.ConversionException(f"Could not convert '{SECRET}'") from error


@pytest.mark.parametrize("log_stream", ["text", "json"], indirect=True)
def test_an_error_is_its_type_and_lines_of_code_and_not_what_it_says(log_stream):
    try:
        fail()
    except duckdb.Error as error:
        error.add_note(SECRET)
        logging.getLogger("dashboard.x").exception("a page could not be drawn")
        logging.getLogger("streamlit.x").error("it was %s of %s", error, SECRET, exc_info=True)
        logging.getLogger("streamlit.x").warning(error)
        logging.getLogger("queries.x").warning("it was %s", error)
    text = log_stream.getvalue()
    assert SECRET not in text
    assert "_duckdb.ConversionException from builtins.ValueError" in text
    assert "tests/queries/observability/test_log_format.py" in text
    assert "int(SECRET)" in text
    assert "it was ConversionException of …" in text


def test_an_error_group_is_logged_by_its_first_error(log_stream):
    group = ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)])
    logging.getLogger("x").error("both", exc_info=group)
    (event,) = events(log_stream)
    assert event["error"] == "builtins.ExceptionGroup from builtins.ValueError"
    assert SECRET not in log_stream.getvalue()


def test_errors_that_nobody_catches_come_in_the_same_form(log_stream):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except duckdb.Error as error:
        sys.excepthook(type(error), error, error.__traceback__)
    in_thread, in_process = events(log_stream)
    assert in_thread["message"] == "a thread ended with an error"
    assert in_process["level"] == "critical"
    assert SECRET not in log_stream.getvalue()


def test_a_task_that_nobody_waited_for_does_not_log_its_message(log_stream):
    async def begin():
        async def fails():
            fail()

        task = asyncio.create_task(fails())
        await asyncio.sleep(0.01)
        del task

    asyncio.run(begin())
    (event,) = events(log_stream)
    assert event["message"] == "Task exception was never retrieved"
    assert SECRET not in log_stream.getvalue()


def test_a_warning_of_python_is_its_kind_and_place(log_stream):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(SECRET, DeprecationWarning, stacklevel=1)
    (event,) = events(log_stream)
    assert event["message"].endswith("DeprecationWarning")
    assert "test_log_format.py" in event["message"]
    assert SECRET not in log_stream.getvalue()


def test_what_streamlit_and_uvicorn_say_comes_once_and_in_the_same_form(log_stream):
    streamlit_logger.get_logger("streamlit.of_later").warning("port %d of %s", 80, SECRET)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    logging.getLogger("uvicorn.access").warning('"GET /?text=%s"', SECRET)
    first, second = events(log_stream)
    assert first["message"] == "port 80 of …"
    assert second["logger"] == "uvicorn.error"


def test_a_failed_query_is_logged_with_name_time_and_outcome(log_stream):
    with pytest.raises(duckdb.Error), instrumented("query", "slice_rows"):
        fail()
    with pytest.raises(SlowQueryError), instrumented("query", "slice_rows"):
        raise SlowQueryError("slice_rows", 1)
    with pytest.raises(FilterError), instrumented("search", "words"):
        raise FilterError(SECRET)
    failed, slow = events(log_stream)
    assert (failed["name"], failed["outcome"]) == ("slice_rows", "failed")
    assert failed["milliseconds"] == 0
    assert slow["outcome"] == "slow"


def test_an_audit_event_is_logged_without_its_subject(log_stream, tmp_path):
    record_event(StorePath(tmp_path), "jo", "exported", f"export --text {SECRET}", count=3)
    (event,) = events(log_stream)
    assert {name: event[name] for name in ("who", "what", "count")} == {
        "who": "jo",
        "what": "exported",
        "count": 3,
    }
    assert SECRET not in log_stream.getvalue()


def test_an_export_that_breaks_is_in_the_log_as_its_page_promises(log_stream):
    exports, job = ExportJobs(), ExportJob(SECRET, SECRET, 1)
    exports.start(job, lambda _: fail()).join()  # type: ignore[func-returns-value, arg-type]
    assert job.problem == "The export failed. The server's log says why."
    (event,) = events(log_stream)
    assert event["message"] == "an export failed"
    assert "ConversionException" in event["error"]
    assert SECRET not in log_stream.getvalue()


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The twelve and a conversation with a secret, indexed by words."""
    folder = tmp_path_factory.mktemp("planted")
    secret = tiny_dataset.row("5", "gpt-4", "English", f"My {SECRET} word", f"It is {SECRET}")
    prepare_store(
        tiny_dataset.write(folder / "raw.parquet", [*tiny_dataset.ROWS, secret]), folder / "store"
    )
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
def test_pages_leave_no_word_of_the_data_in_the_log(log_stream, opened, planted, view):
    page = opened(planted, view, **PAGES[view])
    assert not page.exception
    assert SECRET not in log_stream.getvalue()
    ours = [
        event["message"] for event in events(log_stream) if event["logger"].startswith("dashboard")
    ]
    assert ours == ["a page was opened in a browser"]


@pytest.mark.parametrize("view", PAGES)
def test_pages_that_fail_leave_none_either(log_stream, opened, planted, view, monkeypatch):
    def failing(self, _, name, filters, params, *rest):
        with instrumented("query", name):
            int(f"{SECRET} {filters} {params}")

    monkeypatch.setattr(Store, "_run", failing)
    monkeypatch.setattr(open_stores, "_stores", Stores(open_stores._open))
    query_cache.cached_rows.cache_clear()
    opened(planted, view, **PAGES[view])
    text = log_stream.getvalue()
    assert SECRET not in text
    assert TYPED not in text
    messages = {event["message"] for event in events(log_stream)}
    assert "a page could not be drawn" in messages
    assert "query failed" in messages


def test_a_search_that_cannot_be_read_is_not_repeated(log_stream, opened, planted):
    opened(planted, "search", find=f'"{TYPED} -', mode="words")
    opened(planted, "overview", text=f"({TYPED}")
    opened(planted, "overview", near=f"0.5:{TYPED}")
    assert TYPED not in log_stream.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_of_the_real_server_is_whole_and_has_no_secret(planted, tmp_path, form):
    shutil.copytree(planted, tmp_path / "store")
    options = {"in_memory": "false", "log": form, "rumour": TYPED}
    with server.serving(tmp_path / "store", tmp_path / "log", **options) as host:
        server.fetch(f"{host}/?text={SECRET}")
        with server.reading(host) as page:
            server.opened(page, f"text={SECRET}")
            server.opened(page, f"text=%28{TYPED}")
        for path in (tmp_path / "store" / "versions").rglob("part-*.parquet"):
            path.write_bytes(path.read_bytes().replace(b"PAR1", b"RAP1"))
        with server.reading(host) as page:
            server.opened(page, f"text={SECRET}&model=gpt-4&min_turns=1")
        assert server.health(host)[0] == 503
    lines = (tmp_path / "log").read_text().splitlines()
    text = "\n".join(lines)
    assert SECRET not in text
    assert TYPED not in text
    assert "CHATSCAPE_RUMOUR is not a setting" in text
    for part in ("a page was opened", "query failed", "not ready: ", "a page could not be drawn"):
        assert part in text
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
        "from queries.observability import instrumentation; instrumentation.SLOW_SECONDS = 0; "
        "from queries.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "query", "model_mix", "--store", str(planted)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
