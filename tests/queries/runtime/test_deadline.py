"""A function is called if a block takes too long, and no thread is left."""

from threading import Event
from threading import enumerate as threads

import pytest

from queries.runtime.deadline import deadline


def test_the_function_is_called_in_time():
    called = Event()
    with deadline(0, called.set):
        assert called.wait(60)


def test_a_block_that_ends_leaves_no_thread_and_calls_nothing():
    before = set(threads())
    called = Event()
    with pytest.raises(ZeroDivisionError), deadline(3_600, called.set):
        raise ZeroDivisionError
    assert set(threads()) <= before
    assert not called.is_set()
