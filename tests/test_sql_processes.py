"""What a statement may take, who waits for whom, and what ends its process."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise

import psutil
import pytest

from queries.console.asking import Console, Question, limits_of
from queries.console.errors import SqlFailedError
from queries.console.process import Limits
from queries.errors import DataError
from queries.metrics import STATEMENTS
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.asking_sql import rows
from tests.conftest import ROOT, prepared


def test_time_and_memory_are_what_was_allowed(console, tiny_store):
    endless = "select count(*) from range(1000000) a, range(1000000) b where hash(a, b) = 0"
    begun = time.monotonic()
    with pytest.raises(SqlFailedError, match=r"stopped after 0\.5 s"):
        console.ask(tiny_store, Question(endless), Limits(seconds=0.5))
    assert time.monotonic() - begun < 15
    large = "select list(range) from range(100000000)"
    with pytest.raises(SqlFailedError, match=r"more than 0\.2 GB|more memory"):
        console.ask(tiny_store, Question(large), Limits(memory_gb=0.2))


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
    console = Console()
    for sql in ("select 1", "select 2", "drop table x", "select 1 from range(10000000000000)"):
        with suppress(DataError):
            console.ask(tiny_store, Question(f"{sql}"), Limits(seconds=0.3, rows=10**15))
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
    console = Console(at_once=1)
    before = children()

    def stop(seconds: float) -> None:
        if seconds > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        console.ask(tiny_store, Question("select count(*) from range(10000000000000)"), beat=stop)
    assert children() == before
    assert rows(console, tiny_store, "select 1") == [(1,)]


def test_one_waits_for_another_in_the_order_of_asking(tiny_store):
    """One at a time: the second and third are told how many are before them."""
    console = Console(at_once=1)
    ended: list[str] = []
    queue: dict[str, list[int]] = {"b": [], "c": []}
    running = threading.Event()

    def ask(name: str) -> None:
        console.ask(
            tiny_store,
            Question("select count(*) from range(200000000) where hash(range) = 1"),
            beat=lambda _: running.set(),
            queued=lambda before: queue[name].append(before) if name in queue else None,
        )
        ended.append(name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abc"]
    threads[0].start()
    assert running.wait(60)
    for before, thread in pairwise(threads):
        thread.start()
        assert before.is_alive()
        time.sleep(0.3)
    for thread in threads:
        thread.join(100)
    assert ended == ["a", "b", "c"]
    assert queue["b"][0] == 1
    assert queue["c"][0] == 2
    assert queue["c"][-1] == 1


def test_one_who_stops_waiting_in_the_queue_holds_nobody_up(tiny_store):
    console = Console(at_once=1)
    running = threading.Event()
    first = threading.Thread(
        target=lambda: console.ask(
            tiny_store,
            Question("select count(*) from range(500000000) where hash(range) = 1"),
            beat=lambda _: running.set(),
        )
    )
    first.start()
    assert running.wait(60)

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        console.ask(tiny_store, Question("select 1"), queued=stop)
    first.join(100)
    assert rows(console, tiny_store, "select 1") == [(1,)]


def test_a_process_that_dies_is_a_sentence_and_the_next_one_works(tiny_store):
    console = Console()
    before = children()

    def kill(seconds: float) -> None:
        for child in children() - before:
            if seconds:
                psutil.Process(child).kill()

    with pytest.raises(SqlFailedError, match=r"^The statement was stopped"):
        console.ask(tiny_store, Question("select count(*) from range(10000000000000)"), beat=kill)
    assert rows(console, tiny_store, "select 1") == [(1,)]


def test_a_process_that_is_ready_is_of_the_version_that_is_asked(console, own_folder, tmp_path):
    old = open_store(own_folder, Settings())
    console.make_ready(old)
    prepared(tiny.write(tmp_path / "raw.parquet", tiny.ROWS[:7]), own_folder)
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
    assert not [one for one in seen if one.is_running()]


ASK_AND_DIE = """
import os, sys
from pathlib import Path
import psutil
from queries.console.asking import Console, Question
from queries.console.process import Limits
from queries.settings import Settings
from queries.store import open_store
def die(seconds):
    if seconds > 0.5:
        print(*(one.pid for one in psutil.Process().children()), flush=True)
        os._exit(7)
store = open_store(Path(sys.argv[1]), Settings())
endless = Question("select count(*) from range(100000000000000)")
Console().ask(store, endless, Limits(seconds=0), beat=die)
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
    for _ in range(100):
        if not any(map(psutil.pid_exists, left)):
            break
        time.sleep(0.1)
    assert not any(map(psutil.pid_exists, left))
