"""A fair queue with requests that hold their slot until a test ends them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from queries.runtime.fair_queue import FairQueue, Requester

SECONDS = 120
"""A test that waits this long has failed."""


class Person:
    """A user; `error`, if any, is raised while a request of theirs waits."""

    def __init__(self, name, error=None):
        self.name = name
        self.error = error
        self.is_waiting = threading.Event()
        self.ahead = 0
        self.waits_ended = 0

    def on_wait(self, ahead):
        self.ahead = ahead
        self.is_waiting.set()
        if self.error:
            raise self.error

    def on_wait_end(self):
        self.waits_ended += 1

    def requester(self):
        return Requester(self.name, self.on_wait, self.on_wait_end)


class Room:
    """A queue, and requests in threads that hold a slot until they are told to end."""

    def __init__(self, slots, **options):
        self.local = threading.local()
        self.queue = FairQueue(slots, self._requester, **options)
        self.started: list[str] = []
        self.most = 0
        self.now = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def _requester(self):
        person = getattr(self.local, "person", None)
        return None if person is None else person.requester()

    def request(self, person, name, end=None):
        """Run a request in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(person, name, end), daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _run(self, person, name, end):
        self.local.person = person
        try:
            with self.queue.slot():
                with self._lock:
                    self.started.append(name)
                    self.now += 1
                    self.most = max(self.most, self.now)
                if end is not None:
                    assert end.wait(SECONDS)
                with self._lock:
                    self.now -= 1
        except KeyboardInterrupt:
            self.started.append(f"{name} was interrupted")

    def join(self):
        for thread in self._threads:
            thread.join(SECONDS)
            assert not thread.is_alive()


@contextmanager
def held(room, person="somebody") -> Iterator[None]:
    """A slot that a request holds while the block runs."""
    end = threading.Event()
    room.request(Person(person), "held", end)
    until(lambda: room.started == ["held"])
    try:
        yield
    finally:
        end.set()


def until(condition):
    """Wait until a condition holds."""
    pause = threading.Event()
    for _ in range(SECONDS * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("the condition never held")


def waiting(room, person, name):
    """Run a request, and return its user once it waits."""
    room.request(person, name)
    assert person.is_waiting.wait(SECONDS)
    return person
