"""The fair queue, tested with threads that wait for one another and never for a period of time."""

import threading

import pytest

from queries.errors import BusyError
from queries.runtime.fair_queue import FairQueue, default_slots
from tests.support.fair_queue import SECONDS, Person, Room, held, until, waiting


def test_no_more_requests_than_slots_run_at_once():
    room, end = Room(3), threading.Event()
    for number in range(10):
        room.request(Person(f"{number}"), f"{number}", end)
    until(lambda: room.now == 3)
    end.set()
    room.join()
    assert len(room.started) == 10
    assert room.most == 3


def test_a_user_holds_one_slot_however_many_are_free():
    room, end = Room(3), threading.Event()
    room.request(Person("flood"), "first", end)
    until(lambda: room.started == ["first"])
    waiting(room, Person("flood"), "second")
    room.request(Person("other"), "other")
    until(lambda: room.started == ["first", "other"])
    end.set()
    room.join()
    assert room.started == ["first", "other", "second"]


def test_a_flood_by_one_user_delays_another_by_one_request_only():
    room, ends = Room(1), [threading.Event() for _ in range(5)]
    for number, end in enumerate(ends):
        person = Person("flood")
        room.request(person, f"flood {number}", end)
        until(lambda n=number, p=person: room.started if n == 0 else p.is_waiting.is_set())
    waiting(room, Person("other"), "other")
    for end in ends:
        end.set()
    room.join()
    assert room.started[:2] == ["flood 0", "other"]
    assert room.started[2:] == ["flood 1", "flood 2", "flood 3", "flood 4"]


def test_the_least_recently_served_user_is_next():
    room = Room(1)
    for name in ("a", "b", "c"):
        room.request(Person(name), f"{name} before")
        room.join()
    end = threading.Event()
    room.request(Person("new"), "new", end)
    until(lambda: room.started[-1] == "new")
    for name in ("c", "a", "b"):
        waiting(room, Person(name), name)
    end.set()
    room.join()
    assert room.started[-3:] == ["a", "b", "c"]


def test_a_nested_request_reuses_the_slot():
    room = Room(1)
    room.local.person = Person("one")
    with room.queue.slot(), room.queue.slot(), room.queue.slot():
        assert not room.local.person.is_waiting.is_set()
        other = waiting(room, Person("other"), "other")
    room.join()
    assert room.started == ["other"]
    assert other.waits_ended == 1


def test_the_outer_slot_is_still_held_after_a_nested_request():
    room = Room(1)
    room.local.person = Person("one")
    with room.queue.slot():
        with room.queue.slot():
            pass
        waiting(room, Person("other"), "other")
        assert room.started == []
    room.join()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_an_error_frees_the_slot(error):
    room = Room(1)
    room.local.person = Person("one")
    with pytest.raises(type(error)), room.queue.slot():
        raise error
    with room.queue.slot():
        room.started.append("again")
    room.request(Person("other"), "other")
    room.join()
    assert room.started == ["again", "other"]


def test_a_script_that_is_ended_while_it_waits_leaves_the_queue():
    """Streamlit ends a script by raising where it draws, and not always an `Exception`."""
    room = Room(1)
    with held(room):
        gone = waiting(room, Person("gone", KeyboardInterrupt()), "gone")
        until(lambda: room.started == ["held", "gone was interrupted"])
        waiting(room, Person("next"), "next")
    room.join()
    assert room.started == ["held", "gone was interrupted", "next"]
    assert gone.waits_ended == 1


def test_the_turn_of_a_request_that_left_goes_to_the_next():
    """It leaves at the very moment at which it is given the slot."""
    room, end = Room(1), threading.Event()
    room.request(Person("first"), "first", end)
    until(lambda: room.started == ["first"])

    class Late(Person):
        def on_wait(self, ahead):
            super().on_wait(ahead)
            end.set()
            until(lambda: room.now == 0)
            raise KeyboardInterrupt

    waiting(room, Late("late"), "late")
    room.join()
    room.request(Person("next"), "next")
    room.join()
    assert room.started == ["first", "late was interrupted", "next"]


def test_a_wait_that_is_too_long_is_an_error():
    room = Room(1, wait_seconds=0.01)
    with held(room):
        room.local.person = Person("one")
        with pytest.raises(BusyError, match=r"Try again in a minute"), room.queue.slot():
            pass
    room.join()
    with room.queue.slot():
        pass


def test_a_request_that_need_not_wait_calls_nobody():
    room = Room(1)
    room.local.person = Person("one")
    with room.queue.slot():
        pass
    assert not room.local.person.is_waiting.is_set()
    assert room.local.person.waits_ended == 0


def test_background_work_never_waits():
    queue = FairQueue(1)
    with queue.slot():
        thread = threading.Thread(target=lambda: queue.slot().__enter__())
        thread.start()
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_many_users_at_once_are_all_served():
    room = Room(2)
    for number in range(200):
        room.request(Person(f"{number % 7}"), f"{number}")
    room.join()
    assert len(room.started) == 200
    assert room.most <= 2


def test_one_user_leaves_a_slot_to_the_others_on_a_single_core(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert default_slots() == 2


def test_a_waiting_request_is_told_how_many_are_ahead_of_it():
    """In the order of service: users who were served before go behind a new one."""
    room, end = Room(1), threading.Event()
    room.request(Person("served"), "served before")
    room.join()
    room.request(Person("first"), "first", end)
    until(lambda: room.now == 1)
    served = waiting(room, Person("served"), "served")
    assert served.ahead == 1
    new = waiting(room, Person("new"), "new")
    assert new.ahead == 1
    until(lambda: served.ahead == 2)
    end.set()
    room.join()
    assert room.started[-2:] == ["new", "served"]


def test_a_requester_can_be_named():
    room = Room(1)
    with held(room):
        person = Person("named", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt), room.queue.slot(person.requester()):
            pass
    assert person.waits_ended == 1
    room.join()


def test_without_a_limit_a_request_waits_as_long_as_it_takes(monkeypatch):
    room, end = Room(1, wait_seconds=None), threading.Event()
    room.request(Person("first"), "first", end)
    until(lambda: room.now == 1)
    person = waiting(room, Person("second"), "second")
    clock = iter(range(0, 10**9, 10**6))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    person.is_waiting.clear()
    assert person.is_waiting.wait(SECONDS)
    end.set()
    room.join()
    assert room.started == ["first", "second"]
