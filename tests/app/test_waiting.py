"""What a reader sees whose slow question waits for the places of others."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import waiting
from queries.pool import Pool

SECONDS = 10


class Somebody:
    person = "somebody"

    def wait(self):
        """Nothing is said to them."""

    go_on = wait


class Held:
    """A pool whose only place somebody else holds, until that is told to end."""

    def __init__(self):
        self.end = threading.Event()
        self._there = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self.pool = Pool(1, self._asker)
        self._thread.start()
        assert self._there.wait(SECONDS)

    def _asker(self):
        return Somebody() if threading.current_thread() is self._thread else waiting._asker()

    def _hold(self):
        with self.pool.place():
            self._there.set()
            assert self.end.wait(SECONDS)


@pytest.fixture
def held(monkeypatch):
    held = Held()
    monkeypatch.setattr(waiting, "pool", held.pool)
    yield held
    held.end.set()


def asks():
    import streamlit as st

    from dashboard import waiting

    with waiting.pool.place():
        st.text("answered")


def stops_while_it_waits():
    import streamlit as st

    from dashboard import waiting

    waiting._Reader.wait = lambda _: st.stop()
    with waiting.pool.place():
        st.text("answered")


def test_a_reader_is_told_that_a_question_waits_and_then_has_its_answer(held, monkeypatch):
    said = []
    draw = waiting._Reader.wait

    def wait(self):
        draw(self)
        said.append(self._place)
        held.end.set()

    monkeypatch.setattr(waiting._Reader, "wait", wait)
    page = AppTest.from_function(asks, default_timeout=SECONDS).run()
    assert not page.exception
    assert said[0] is not None
    assert [text.value for text in page.text] == ["answered"]
    assert [*page.info] == []


def test_a_script_that_is_stopped_while_it_waits_keeps_no_place(held, monkeypatch):
    monkeypatch.setattr(waiting._Reader, "wait", waiting._Reader.wait)  # Put back afterwards.
    page = AppTest.from_function(stops_while_it_waits, default_timeout=SECONDS).run()
    assert not page.exception
    assert [*page.text] == []
    held.end.set()
    page = AppTest.from_function(asks, default_timeout=SECONDS).run()
    assert [text.value for text in page.text] == ["answered"]


def test_what_works_in_the_background_is_nobody():
    assert waiting._asker() is None
