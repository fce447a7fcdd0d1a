"""Limits on rendering a message, because a malicious text could take forever."""

from time import thread_time

NESTING_MAX = 40
"""Maximum nesting of block elements, and again of inline elements."""

NODES_MAX = 20_000
"""Maximum nodes of a rendered message."""

FORMULAS_MAX = 400
"""Maximum formulas that are converted; further ones are shown as written."""

RENDERED_CHARS_MAX = 200_000
"""Maximum characters of a rendered message."""

SECONDS_MAX = 0.6
"""Maximum CPU time for a message; after it, code is not highlighted."""

HIGHLIGHTED_CHARS = 30_000
"""Maximum characters of highlighted code; a block is highlighted whole or not at all."""


class TooMuchError(Exception):
    """A message exceeds a limit of rendering; ``str(error)`` says which."""


class Budget:
    """What is left of the limits while a message is rendered."""

    def __init__(self) -> None:
        self._nodes = NODES_MAX
        self._formulas = FORMULAS_MAX
        self._highlightable = HIGHLIGHTED_CHARS
        self._deadline = thread_time() + SECONDS_MAX

    def spend(self, nodes: int) -> None:
        """Count nodes.

        Raises:
            TooMuchError: If there are too many, or the time is up.
        """
        self._nodes -= nodes
        if self._nodes < 0:
            raise TooMuchError("it has too many parts")
        self.check_time()

    def check_time(self) -> None:
        """Check the CPU time.

        Raises:
            TooMuchError: If the time is up.
        """
        if not self.has_time():
            raise TooMuchError("it takes too long")

    def has_time(self) -> bool:
        """Whether there is CPU time left."""
        return thread_time() < self._deadline

    def take_formula(self) -> bool:
        """Count a formula; returns whether it may be converted."""
        self._formulas -= 1
        return self._formulas >= 0

    def take_highlighting(self, code: str) -> bool:
        """Count the characters of a block of code; returns whether it may be highlighted."""
        if len(code) > self._highlightable:
            return False
        self._highlightable -= len(code)
        return True
