"""A fair queue for slow work: at most N run at once, one per user; the least recently served first.

Slow queries, SQL statements and exports each have a queue of their own. A quick query takes no
slot, so slow ones never delay it.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from queries.errors import BusyError

WAIT_SECONDS_MAX = 60.0
"""A query that has waited this long fails; the user is asked to try again later."""

POLL_SECONDS = 0.25
"""How often a waiting requester is called."""

USERS_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Requester:
    """A user who asks for a slot, and how to report the wait.

    Attributes:
        user: identifies the user; the same for all requests of one user.
        on_wait: called repeatedly while the request waits, with the number of requests ahead of it,
            running ones counted as one. If it raises, the request leaves the queue.
        on_wait_end: called once when the wait is over, if `on_wait` was called.
    """

    user: str
    on_wait: Callable[[int], None]
    on_wait_end: Callable[[], None] = lambda: None


@dataclass(eq=False, slots=True)
class _Ticket:
    """A request in the queue."""

    user: str
    number: int
    has_slot: bool = False


def default_slots() -> int:
    """One slot per core, and at least two, so that one user always leaves a slot to the others."""
    return max(2, os.cpu_count() or 1)


class FairQueue:
    """A fixed number of slots, shared fairly between users. Thread-safe."""

    def __init__(
        self,
        slots: int,
        current: Callable[[], Requester | None] = lambda: None,
        *,
        wait_seconds: float | None = WAIT_SECONDS_MAX,
    ) -> None:
        """Create a queue with all slots free.

        Args:
            slots: how many requests may run at the same time.
            current: returns the requester of the calling thread, or None for background work, which
                never waits. `slot` uses it when it is given no requester.
            wait_seconds: the longest wait, in seconds; None for no limit.
        """
        self._free = slots
        self._current = current
        self._wait_seconds = wait_seconds
        self._change = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._served: dict[str, int] = {}
        self._busy: set[str] = set()
        self._numbers = count()
        self._held = threading.local()

    @contextmanager
    def slot(self, requester: Requester | None = None) -> Iterator[None]:
        """Hold a slot for the duration of the block. A nested call reuses the slot already held.

        Args:
            requester: the user who asks; by default the one of the calling thread.

        Raises:
            BusyError: no slot became free in time.
        """
        is_nested = getattr(self._held, "is_held", False)
        requester = None if is_nested else requester or self._current()
        if requester is None:
            yield
            return
        ticket = self._enqueue(requester.user)
        try:
            if not ticket.has_slot:
                self._wait(ticket, requester)
            self._held.is_held = True
            yield
        finally:
            self._held.is_held = False
            self._leave(ticket)

    def _enqueue(self, user: str) -> _Ticket:
        with self._change:
            ticket = _Ticket(user, next(self._numbers))
            self._waiting.append(ticket)
            self._assign_slots()
            return ticket

    def _wait(self, ticket: _Ticket, requester: Requester) -> None:
        began = time.monotonic()
        was_called = False
        try:
            while True:
                with self._change:
                    if self._change.wait_for(lambda: ticket.has_slot, POLL_SECONDS):
                        return
                    ahead = self._ahead_of(ticket)
                if self._wait_seconds is not None and time.monotonic() > began + self._wait_seconds:
                    raise BusyError(self._wait_seconds)
                # Called without the lock: it may draw, block or raise.
                was_called = True
                requester.on_wait(ahead)
        finally:
            if was_called:
                requester.on_wait_end()

    def _leave(self, ticket: _Ticket) -> None:
        with self._change:
            if ticket.has_slot:
                self._free += 1
                self._busy.discard(ticket.user)
            else:
                self._waiting.remove(ticket)
            self._assign_slots()

    def _assign_slots(self) -> None:
        """Give free slots to the least recently served users who hold none."""
        while self._free:
            eligible = [ticket for ticket in self._waiting if ticket.user not in self._busy]
            if not eligible:
                return
            ticket = min(eligible, key=self._priority)
            self._waiting.remove(ticket)
            self._busy.add(ticket.user)
            self._free -= 1
            ticket.has_slot = True
            self._record_served(ticket.user)
            self._change.notify_all()

    def _ahead_of(self, ticket: _Ticket) -> int:
        """How many requests are ahead of a waiting one; those that run count as one."""
        return sorted(self._waiting, key=self._priority).index(ticket) + 1

    def _priority(self, ticket: _Ticket) -> tuple[int, int]:
        """When the user was last served, then the order of arrival; the lowest goes first."""
        return self._served.get(ticket.user, -1), ticket.number

    def _record_served(self, user: str) -> None:
        self._served.pop(user, None)
        self._served[user] = next(self._numbers)
        if len(self._served) > USERS_REMEMBERED:
            del self._served[next(iter(self._served))]


UNLIMITED = FairQueue(1)
"""A queue in which nobody waits: the command line has one user."""
