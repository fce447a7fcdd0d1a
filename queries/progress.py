"""How long work says how far it is: functions take a `Progress`, their caller chooses which."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    """Shows the steps of some work."""

    def step(self, title: str, total: int, unit: str) -> AbstractContextManager[Advance]:
        """Begin a step of ``total`` units; what it gives is called with the units done since."""
        ...


class Silent:
    """Shows nothing."""

    @contextmanager
    def step(self, title: str, total: int, unit: str) -> Iterator[Advance]:
        """Count for nobody."""
        yield lambda _: None
