"""What drawing a message may cost: a text can be written to take forever."""

from time import thread_time

DEPTH_MAX = 40
"""Elements of Markdown inside each other; as many again within a line."""

NODES_MAX = 20_000
"""Nodes of a rendered message."""

FORMULAS_MAX = 400
"""Formulas of a message that are drawn; the rest is shown as written."""

CHARS_MAX = 200_000
"""Characters of a message that is rendered."""

SECONDS_MAX = 0.6
"""Time of a processor that drawing a message may take; after it code has no colours."""

COLOURED_CHARS = 30_000
"""Characters of code of a message that are given colours; a block has all of them or none."""


class TooMuchError(Exception):
    """A message that is not rendered; ``str(error)`` says what there is too much of."""


class Budget:
    """What drawing a message may still cost."""

    def __init__(self) -> None:
        self._nodes = NODES_MAX
        self._formulas = FORMULAS_MAX
        self._coloured = COLOURED_CHARS
        self._deadline = thread_time() + SECONDS_MAX

    def spend(self, nodes: int) -> None:
        """Count nodes.

        Raises:
            TooMuchError: there are too many, or the time is up.
        """
        self._nodes -= nodes
        if self._nodes < 0:
            raise TooMuchError("it has too many parts")
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        """Go on while there is time.

        Raises:
            TooMuchError: the time is up.
        """
        if not self.has_time():
            raise TooMuchError("it takes too long")

    def has_time(self) -> bool:
        """Whether the time is not up."""
        return thread_time() < self._deadline

    def has_formula(self) -> bool:
        """Whether one more formula may be drawn; counts it."""
        self._formulas -= 1
        return self._formulas >= 0

    def has_colours(self, code: str) -> bool:
        """Whether one more block of code may be given colours; counts its characters."""
        if len(code) > self._coloured:
            return False
        self._coloured -= len(code)
        return True
