"""Progress reporting: long-running functions take a `Progress`, which the caller implements."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    """Reports the steps of long-running work."""

    def step(
        self, title: str, total: int, unit: str, *, done: int = 0
    ) -> AbstractContextManager[Advance]:
        """Begin a step of ``total`` units; the function it yields takes the units done since.

        ``done`` of them were done by an interrupted run: they count, but not towards the rate.
        """
        ...


class Silent:
    """Reports nothing."""

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Ignore the progress of a step."""
        yield lambda _: None
