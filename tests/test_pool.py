"""Places for slow questions, with threads that wait for each other and never for a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from queries.errors import BusyError
from queries.pool import Pool, usual_places

SECONDS = 10
"""A test that waits so long has failed."""


class Person:
    """Somebody who asks; what `wait` raises ends the waiting."""

    def __init__(self, name, error=None):
        self.person = name
        self.error = error
        self.is_waiting = threading.Event()
        self.went_on = 0

    def wait(self):
        self.is_waiting.set()
        if self.error:
            raise self.error

    def go_on(self):
        self.went_on += 1


class Room:
    """A pool, and questions that hold a place until they are told to end."""

    def __init__(self, places, **options):
        self.local = threading.local()
        self.pool = Pool(places, lambda: getattr(self.local, "person", None), **options)
        self.begun: list[str] = []
        self.most = 0
        self.now = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def ask(self, person, name, end=None):
        """Ask in a thread of its own."""
        thread = threading.Thread(target=self._ask, args=(person, name, end), daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _ask(self, person, name, end):
        self.local.person = person
        try:
            with self.pool.place():
                with self._lock:
                    self.begun.append(name)
                    self.now += 1
                    self.most = max(self.most, self.now)
                if end is not None:
                    assert end.wait(SECONDS)
                with self._lock:
                    self.now -= 1
        except KeyboardInterrupt:
            self.begun.append(f"{name} was interrupted")

    def join(self):
        for thread in self._threads:
            thread.join(SECONDS)
            assert not thread.is_alive()


@contextmanager
def held(room, person="somebody") -> Iterator[None]:
    """A place that a question holds while the block runs."""
    end = threading.Event()
    room.ask(Person(person), "held", end)
    until(lambda: room.begun == ["held"])
    try:
        yield
    finally:
        end.set()


def until(is_so):
    """Wait until something is so."""
    over = threading.Event()
    for _ in range(SECONDS * 100):
        if is_so():
            return
        over.wait(0.01)
    raise AssertionError("it never was so")


def waiting(room, person, name):
    """Ask, and give the person once they have been told to wait."""
    room.ask(person, name)
    assert person.is_waiting.wait(SECONDS)
    return person


def test_no_more_than_so_many_questions_are_worked_on_at_once():
    room, end = Room(3), threading.Event()
    for number in range(10):
        room.ask(Person(f"{number}"), f"{number}", end)
    until(lambda: room.now == 3)
    end.set()
    room.join()
    assert len(room.begun) == 10
    assert room.most == 3


def test_a_person_has_one_place_however_many_are_free():
    room, end = Room(3), threading.Event()
    room.ask(Person("flood"), "first", end)
    until(lambda: room.begun == ["first"])
    waiting(room, Person("flood"), "second")
    room.ask(Person("other"), "other")
    until(lambda: room.begun == ["first", "other"])
    end.set()
    room.join()
    assert room.begun == ["first", "other", "second"]


def test_a_flood_of_one_keeps_another_waiting_for_one_question_only():
    room, ends = Room(1), [threading.Event() for _ in range(5)]
    for number, end in enumerate(ends):
        person = Person("flood")
        room.ask(person, f"flood {number}", end)
        until(lambda n=number, p=person: room.begun if n == 0 else p.is_waiting.is_set())
    waiting(room, Person("other"), "other")
    for end in ends:
        end.set()
    room.join()
    assert room.begun[:2] == ["flood 0", "other"]
    assert room.begun[2:] == ["flood 1", "flood 2", "flood 3", "flood 4"]


def test_who_was_served_longest_ago_is_next():
    room = Room(1)
    for name in ("a", "b", "c"):
        room.ask(Person(name), f"{name} before")
        room.join()
    end = threading.Event()
    room.ask(Person("new"), "new", end)
    until(lambda: room.begun[-1] == "new")
    for name in ("c", "a", "b"):
        waiting(room, Person(name), name)
    end.set()
    room.join()
    assert room.begun[-3:] == ["a", "b", "c"]


def test_a_question_inside_a_question_needs_no_place_of_its_own():
    room = Room(1)
    room.local.person = Person("one")
    with room.pool.place(), room.pool.place(), room.pool.place():
        assert not room.local.person.is_waiting.is_set()
        other = waiting(room, Person("other"), "other")
    room.join()
    assert room.begun == ["other"]
    assert other.went_on == 1


def test_a_place_held_outside_is_still_held_after_a_question_inside():
    room = Room(1)
    room.local.person = Person("one")
    with room.pool.place():
        with room.pool.place():
            pass
        waiting(room, Person("other"), "other")
        assert room.begun == []
    room.join()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_an_error_gives_the_place_back(error):
    room = Room(1)
    room.local.person = Person("one")
    with pytest.raises(type(error)), room.pool.place():
        raise error
    with room.pool.place():
        room.begun.append("again")
    room.ask(Person("other"), "other")
    room.join()
    assert room.begun == ["again", "other"]


def test_a_script_that_is_ended_while_it_waits_leaves_the_line():
    """Streamlit ends a script by raising where it draws, also something that no `except` names."""
    room = Room(1)
    with held(room):
        gone = waiting(room, Person("gone", KeyboardInterrupt()), "gone")
        until(lambda: room.begun == ["held", "gone was interrupted"])
        waiting(room, Person("next"), "next")
    room.join()
    assert room.begun == ["held", "gone was interrupted", "next"]
    assert gone.went_on == 1


def test_the_turn_of_one_who_left_goes_to_the_next():
    """Ended at the very moment at which the place became theirs."""
    room, end = Room(1), threading.Event()
    room.ask(Person("first"), "first", end)
    until(lambda: room.begun == ["first"])

    class Late(Person):
        def wait(self):
            super().wait()
            end.set()
            until(lambda: room.now == 0)
            raise KeyboardInterrupt

    waiting(room, Late("late"), "late")
    room.join()
    room.ask(Person("next"), "next")
    room.join()
    assert room.begun == ["first", "late was interrupted", "next"]


def test_who_waits_too_long_is_told_so():
    room = Room(1, waiting_seconds=0.01)
    with held(room):
        room.local.person = Person("one")
        with pytest.raises(BusyError, match=r"Ask it again in a minute"), room.pool.place():
            pass
    room.join()
    with room.pool.place():
        pass


def test_who_finds_a_place_is_told_nothing():
    room = Room(1)
    room.local.person = Person("one")
    with room.pool.place():
        pass
    assert not room.local.person.is_waiting.is_set()
    assert room.local.person.went_on == 0


def test_where_nobody_asks_nobody_waits():
    pool = Pool(1)
    with pool.place():
        thread = threading.Thread(target=lambda: pool.place().__enter__())
        thread.start()
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_many_people_at_once_all_come_to_their_turn():
    room = Room(2)
    for number in range(200):
        room.ask(Person(f"{number % 7}"), f"{number}")
    room.join()
    assert len(room.begun) == 200
    assert room.most <= 2


def test_one_person_leaves_a_place_to_the_others_on_a_single_core(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert usual_places() == 2
