"""Places for slow questions: so many at once, one a person, the next to who was served longest ago.

A quick question takes no place: it is never kept waiting by slow ones.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from queries.errors import BusyError

WAITING_SECONDS = 60.0
"""Whoever has waited so long is told to ask again later."""

LOOK_SECONDS = 0.25
"""So often one who waits is told so."""

PEOPLE_REMEMBERED = 1_000


class Asker(Protocol):
    """Whoever asks a question."""

    @property
    def person(self) -> str:
        """One and the same for all questions of one person."""
        ...

    def wait(self) -> None:
        """Is told, again and again, that there is no place yet; what it raises ends the waiting."""
        ...

    def go_on(self) -> None:
        """Is told that the waiting has come to its end."""
        ...


@dataclass(eq=False, slots=True)
class _Turn:
    person: str
    number: int
    is_there: bool = False


def usual_places() -> int:
    """As many as there are cores, and two at least: one person leaves a place to the others."""
    return max(2, os.cpu_count() or 1)


class Pool:
    """The places of a process. Safe to share between threads."""

    def __init__(
        self,
        places: int,
        asker: Callable[[], Asker | None] = lambda: None,
        *,
        waiting_seconds: float = WAITING_SECONDS,
    ) -> None:
        """Begin with all of them free.

        Args:
            places: slow questions that are worked on at the same time.
            asker: who asks in the thread that calls it; None for nobody who could be kept waiting.
            waiting_seconds: the longest wait.
        """
        self._free = places
        self._asker = asker
        self._waiting_seconds = waiting_seconds
        self._change = threading.Condition()
        self._waiting: list[_Turn] = []
        self._served: dict[str, int] = {}
        self._busy: set[str] = set()
        self._numbers = count()
        self._held = threading.local()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while a slow question is worked on; inside, another one needs none.

        Raises:
            BusyError: none became free in time.
        """
        asker = None if getattr(self._held, "is_held", False) else self._asker()
        if asker is None:
            yield
            return
        turn = self._line_up(asker.person)
        try:
            if not turn.is_there:
                self._wait(turn, asker)
            self._held.is_held = True
            yield
        finally:
            self._held.is_held = False
            self._leave(turn)

    def _line_up(self, person: str) -> _Turn:
        with self._change:
            turn = _Turn(person, next(self._numbers))
            self._waiting.append(turn)
            self._give_places()
            return turn

    def _wait(self, turn: _Turn, asker: Asker) -> None:
        over = time.monotonic() + self._waiting_seconds
        is_told = False
        try:
            while True:
                with self._change:
                    if self._change.wait_for(lambda: turn.is_there, LOOK_SECONDS):
                        return
                if time.monotonic() > over:
                    raise BusyError(self._waiting_seconds)
                # Without the lock: it may draw, take its time, or end the waiting.
                is_told = True
                asker.wait()
        finally:
            if is_told:
                asker.go_on()

    def _leave(self, turn: _Turn) -> None:
        with self._change:
            if turn.is_there:
                self._free += 1
                self._busy.discard(turn.person)
            else:
                self._waiting.remove(turn)
            self._give_places()

    def _give_places(self) -> None:
        """Give what is free to those who were served longest ago, one place a person."""
        while self._free:
            able = [one for one in self._waiting if one.person not in self._busy]
            if not able:
                return
            turn = min(able, key=lambda one: (self._served.get(one.person, -1), one.number))
            self._waiting.remove(turn)
            self._busy.add(turn.person)
            self._free -= 1
            turn.is_there = True
            self._remember(turn.person)
            self._change.notify_all()

    def _remember(self, person: str) -> None:
        self._served.pop(person, None)
        self._served[person] = next(self._numbers)
        if len(self._served) > PEOPLE_REMEMBERED:
            del self._served[next(iter(self._served))]


UNLIMITED = Pool(1)
"""Where nobody is kept waiting: the command line has one person."""
