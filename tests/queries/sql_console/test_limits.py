"""What a statement may take, who waits for whom, and what ends its process."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from threading import enumerate as threads

import psutil
import pytest

from queries.errors import DataError
from queries.observability.metrics import STATEMENTS
from queries.open_store import open_store
from queries.settings import Settings
from queries.sql_console.console import SqlConsole, SqlRequest, limits_of
from queries.sql_console.errors import SqlFailedError
from queries.sql_console.worker_client import Limits
from queries.store.store import Store
from tests.support import tiny_dataset
from tests.support.console import rows
from tests.support.paths import ROOT
from tests.support.processes import until
from tests.support.stores import prepare_store


def test_time_and_memory_are_what_was_allowed(console, tiny_store):
    endless = "select count(*) from range(1000000) a, range(1000000) b where hash(a, b) = 0"
    # It would run for days: that it ends shows that it was stopped.
    with pytest.raises(SqlFailedError, match=r"stopped after 0\.5 s"):
        console.run(tiny_store, SqlRequest(endless), Limits(seconds=0.5))
    large = "select list(range) from range(100000000)"
    with pytest.raises(SqlFailedError, match=r"more than 0\.2 GB|more memory"):
        console.run(tiny_store, SqlRequest(large), Limits(memory_gb=0.2))


def test_only_an_operator_is_given_more_time():
    settings = Settings(sql_seconds=3, sql_memory_gb=2)
    assert limits_of(settings, is_operator=False).seconds == 3
    assert limits_of(settings, is_operator=False, is_unlimited=True).seconds == 3
    assert limits_of(settings, is_operator=True).seconds == 3
    assert limits_of(settings, is_operator=True, is_unlimited=True).seconds == 0
    assert limits_of(settings, is_operator=False).memory_gb == 2


def test_statements_are_counted_by_how_they_end(tiny_store):
    def counts() -> dict[str, float]:
        ways = ("ok", "refused", "stopped", "failed")
        return {way: STATEMENTS.labels(way)._value.get() for way in ways}

    before = counts()
    console = SqlConsole()
    endless = "select count(*) from range(1000000) a, range(1000000) b where hash(a, b) = 0"
    for sql in ("select 1", "select 2", "drop table x", endless):
        with suppress(DataError):
            console.run(tiny_store, SqlRequest(f"{sql}"), Limits(seconds=0.3, rows=10**15))
    now = counts()
    assert {way: now[way] - before[way] for way in now} == {
        "ok": 2,
        "refused": 1,
        "stopped": 1,
        "failed": 0,
    }


class Stopped(Exception):
    """As Streamlit stops a script: by raising wherever it calls."""


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_whoever_stops_waiting_ends_the_process_and_frees_the_place(tiny_store):
    console = SqlConsole(slots=1)
    before = children()

    def stop(seconds: float) -> None:
        if seconds > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        console.run(tiny_store, SqlRequest(ENDLESS), Limits(seconds=0), on_progress=stop)
    assert children() == before
    assert rows(console, tiny_store, "select 1") == [(1,)]


ENDLESS = "select count(*) from range(10000000000000)"


def run_until(console: SqlConsole, store: Store, is_over, running=None, **options) -> None:
    """Run a statement that would never end, until something is so."""

    def look(_: float) -> None:
        if running:
            running.set()
        if is_over():
            raise Stopped

    with suppress(Stopped):
        console.run(store, SqlRequest(ENDLESS), Limits(seconds=0), on_progress=look, **options)


def test_users_wait_in_turn_and_are_told_how_many_are_ahead(tiny_store):
    """One slot: the second and third user wait behind the first."""
    console = SqlConsole(slots=1)
    ended: list[str] = []
    queue: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    running = threading.Event()
    is_over = {"a": lambda: queue["c"], "b": lambda: queue["c"][-1] == 1, "c": lambda: True}

    def ask(name: str) -> None:
        def is_now_over() -> bool:
            if is_over[name]():
                ended.append(name)
            return name in ended

        options = {"user": name, "on_queued": queue[name].append}
        run_until(console, tiny_store, is_now_over, running, **options)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abc"]
    threads[0].start()
    assert running.wait(120)
    for name, thread in zip("bc", threads[1:], strict=True):
        thread.start()
        until(lambda name=name: queue[name])
    for thread in threads:
        thread.join(120)
    assert ended == ["a", "b", "c"]
    assert queue["b"][0] == 1
    assert queue["c"][0] == 2
    assert queue["c"][-1] == 1


def test_a_user_runs_one_statement_at_a_time(tiny_store):
    """The second statement of a user waits, although a slot is free; that of another does not."""
    console = SqlConsole(slots=3)
    running, queued, ended = threading.Event(), threading.Event(), []

    def is_first_over() -> bool:
        if "other" in ended:
            ended.append("first")
        return "first" in ended

    def run(name: str, user: str) -> None:
        request = SqlRequest("select 1")
        console.run(tiny_store, request, user=user, on_queued=lambda _: queued.set())
        ended.append(name)

    first = threading.Thread(
        target=run_until, args=(console, tiny_store, is_first_over, running), kwargs={"user": "ada"}
    )
    first.start()
    assert running.wait(120)
    second = threading.Thread(target=run, args=("second", "ada"))
    second.start()
    assert queued.wait(120)
    run("other", "ben")
    for thread in (first, second):
        thread.join(120)
    assert ended == ["other", "first", "second"]


def test_one_who_stops_waiting_in_the_queue_holds_nobody_up(tiny_store):
    console = SqlConsole(slots=1)
    running, may_end = threading.Event(), threading.Event()
    first = threading.Thread(target=run_until, args=(console, tiny_store, may_end.is_set, running))
    first.start()
    assert running.wait(120)

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        console.run(tiny_store, SqlRequest("select 1"), on_queued=stop)
    may_end.set()
    first.join(120)
    assert rows(console, tiny_store, "select 1") == [(1,)]


def test_a_process_that_dies_is_a_sentence_and_the_next_one_works(tiny_store):
    console = SqlConsole()
    before = children()

    def kill(seconds: float) -> None:
        for child in children() - before:
            if seconds:
                psutil.Process(child).kill()

    with pytest.raises(SqlFailedError, match=r"^The statement was stopped"):
        console.run(tiny_store, SqlRequest(ENDLESS), Limits(seconds=0), on_progress=kill)
    assert rows(console, tiny_store, "select 1") == [(1,)]


def test_a_process_that_is_ready_is_of_the_version_that_is_asked(console, own_folder, tmp_path):
    old = open_store(own_folder, Settings())
    console.prestart_worker(old)
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS[:7]), own_folder)
    new = open_store(own_folder, Settings())
    assert rows(console, new, "select count(*) from slice") == [(7,)]
    assert rows(console, old, "select count(*) from slice") == [(12,)]


CODE = "from queries.cli import main; main()"


def test_nobody_is_left_behind_when_the_command_ends(tiny_folder):
    arguments = ["sql", "select count(*) from slice", "--store", str(tiny_folder)]
    started = subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    seen: set[psutil.Process] = set()
    while started.poll() is None:
        with suppress(psutil.NoSuchProcess):
            seen |= set(psutil.Process(started.pid).children(recursive=True))
        time.sleep(0.02)
    out, _ = started.communicate()
    assert out.split() == ["count_star()", "------------", "12"]
    assert seen
    assert not [process for process in seen if process.is_running()]


ASK_AND_DIE = """
import os, sys
from pathlib import Path
import psutil
from queries.sql_console.console import SqlConsole, SqlRequest
from queries.sql_console.worker_client import Limits
from queries.store.store import Store
from queries.settings import Settings
from queries.open_store import open_store
def die(seconds):
    if seconds > 0.5:
        print(*(one.pid for one in psutil.Process().children()), flush=True)
        os._exit(7)
store = open_store(Path(sys.argv[1]), Settings())
endless = SqlRequest("select count(*) from range(100000000000000)")
SqlConsole().run(store, endless, Limits(seconds=0), on_progress=die)
"""


def test_a_statement_does_not_outlive_the_process_that_asked(tiny_folder):
    done = subprocess.run(
        [sys.executable, "-c", ASK_AND_DIE, str(tiny_folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 7
    left = [int(pid) for pid in done.stdout.split()]
    assert left
    until(lambda: not any(map(psutil.pid_exists, left)))


def test_a_closed_console_leaves_no_thread(tiny_store):
    before = set(threads())
    console = SqlConsole()
    console.prestart_worker(tiny_store)
    assert set(threads()) > before
    console.close()
    assert set(threads()) <= before
