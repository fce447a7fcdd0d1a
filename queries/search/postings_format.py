"""The files of a list of words with the messages and the places in which each occurs.

Words are in the order of their code points. A word has a posting for each message that contains
it, and an occurrence for each place. These files lie in a folder of their own:

- ``words.bin``: the words, in UTF-8, without anything between them.
- ``messages.bin``: the message numbers of the postings of each word, ascending: the first one, and
  then the distance to the one before; as `varints`.
- ``counts.bin``: how often the word occurs in the message of each posting, as `uint8`.
- ``positions.bin``: how many words precede each occurrence in its message, as `uint16`.
- ``directory.bin``: four numbers for each word, as `varints`: the columns of `ENTRY`.
- ``groups.npy``: for each group of `GROUP_WORDS` words what lies before it: the columns of
  `GROUP`; and a last row with the totals. Shape (groups + 1, 6).
- ``large_counts.npy``, ``large_positions.npy``: place and value of what does not fit; the highest
  number of its type stands there instead. Shape (values, 2).
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

GROUP_WORDS = 128
"""A word is found by halving the list of the first words of all groups."""

ENTRY = ("word_bytes", "postings", "message_bytes", "occurrences")
"""How much of the other files belongs to a word."""

GROUP = (*ENTRY, "directory_bytes", "words")
"""How much of each file precedes a group, and how many words."""


class NarrowFile(NamedTuple):
    """A file of numbers that nearly always are small.

    Attributes:
        name: its name.
        large: the name of the file of what does not fit.
        dtype: the type of its numbers; the highest one stands for what does not fit.
    """

    name: str
    large: str
    dtype: "type[np.unsignedinteger[Any]]"

    @property
    def highest(self) -> int:
        """Stands for a number that does not fit."""
        return int(np.iinfo(self.dtype).max)


COUNTS = NarrowFile("counts.bin", "large_counts.npy", np.uint8)
POSITIONS = NarrowFile("positions.bin", "large_positions.npy", np.uint16)


def map_file(path: Path, dtype: "type[np.unsignedinteger[Any]]") -> "np.ndarray[Any, Any]":
    """A file of numbers, memory-mapped. An empty file cannot be mapped."""
    if not path.stat().st_size:
        return np.empty(0, dtype)
    return np.memmap(path, dtype, "r")
