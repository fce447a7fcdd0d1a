"""Progress on standard error: plain lines."""

import pytest

from queries.cli import progress
from queries.cli.progress import Bar, Lines


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_step_begins_with_a_line_and_says_every_line_once(capsys, clock):
    with Lines().step("Indexing words", 2_000, "messages") as advance:
        assert capsys.readouterr().err == "Indexing words: 2,000 messages\n"
        advance(500)
        clock[0] += 6
        advance(500)
        clock[0] += 6
        advance(1_000)
    assert capsys.readouterr().err.splitlines() == [
        "Indexing words: 1,000 of 2,000 messages in 6.0 s (167 messages/s, 6 s left)",
        "Indexing words: 2,000 of 2,000 messages in 12.0 s (167 messages/s)",
    ]


def test_a_step_that_does_not_advance_says_that_it_runs(capsys, clock):
    lines = progress._StepLines("Indexing words", 10, "messages")
    for _ in range(8):
        clock[0] += 15
        lines.print_if_silent()
    assert capsys.readouterr().err.splitlines() == [
        f"Indexing words: running for {seconds} s" for seconds in (30, 60, 90, 120)
    ]


@pytest.mark.parametrize("kind", [Lines, Bar])
def test_the_thread_of_a_step_ends_with_it(kind):
    from threading import enumerate as threads

    before = set(threads())
    with pytest.raises(ZeroDivisionError), kind().step("x", 1, "rows"):
        raise ZeroDivisionError
    assert {thread for thread in threads() if thread.name.startswith("Thread-")} <= before
