"""What a user sees whose slow query waits behind those of others."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.process import queue_notice
from queries.runtime.fair_queue import FairQueue, Requester

SECONDS = 120


class OccupiedQueue:
    """A queue whose only slot another user holds until `end` is set."""

    def __init__(self):
        self.end = threading.Event()
        self._is_held = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self.queue = FairQueue(1, queue_notice._requester)
        self._thread.start()
        assert self._is_held.wait(SECONDS)

    def _hold(self):
        with self.queue.slot(Requester("somebody else", lambda _: None)):
            self._is_held.set()
            assert self.end.wait(SECONDS)


@pytest.fixture
def occupied(monkeypatch):
    occupied = OccupiedQueue()
    monkeypatch.setattr(queue_notice, "queue", occupied.queue)
    yield occupied
    occupied.end.set()


def runs_a_query():
    import streamlit as st

    from dashboard.process import queue_notice

    with queue_notice.queue.slot():
        st.text("answered")


def stops_while_it_waits():
    import streamlit as st

    from dashboard.process import queue_notice

    queue_notice._Notice.show = lambda *_: st.stop()
    with queue_notice.queue.slot():
        st.text("answered")


def test_a_user_sees_that_a_query_waits_and_then_its_result(occupied, monkeypatch):
    elements = []
    show = queue_notice._Notice.show

    def show_and_free_the_slot(self, ahead):
        show(self, ahead)
        elements.append(self._placeholder)
        occupied.end.set()

    monkeypatch.setattr(queue_notice._Notice, "show", show_and_free_the_slot)
    page = AppTest.from_function(runs_a_query, default_timeout=SECONDS).run()
    assert not page.exception
    assert elements[0] is not None
    assert [text.value for text in page.text] == ["answered"]
    assert [*page.info] == []


def test_a_script_that_is_stopped_while_it_waits_leaves_the_queue(occupied, monkeypatch):
    # The script replaces it; monkeypatch restores it afterwards.
    monkeypatch.setattr(queue_notice._Notice, "show", queue_notice._Notice.show)
    page = AppTest.from_function(stops_while_it_waits, default_timeout=SECONDS).run()
    assert not page.exception
    assert [*page.text] == []
    occupied.end.set()
    page = AppTest.from_function(runs_a_query, default_timeout=SECONDS).run()
    assert [text.value for text in page.text] == ["answered"]


def test_background_work_never_waits():
    assert queue_notice._requester() is None
