"""Write a list of words with the messages and the places in which each occurs."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from queries.search import varints
from queries.search.postings_format import (
    COUNTS,
    ENTRY,
    GROUP,
    GROUP_WORDS,
    POSITIONS,
    NarrowFile,
)

_Integers = npt.NDArray[np.integer[Any]]


class Occurrences(NamedTuple):
    """Words of messages, ordered by word, message and position.

    Attributes:
        words: distinct words, in the order of their code points.
        numbers: which of these words occurs.
        messages: in which message.
        positions: how many words precede it in the message.
    """

    words: Sequence[str]
    numbers: _Integers
    messages: _Integers
    positions: _Integers


class PostingsWriter:
    """Writes the files of `queries.search.postings_format`; a context manager."""

    def __init__(self, folder: Path) -> None:
        """Write into a folder, which is made."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._files = ExitStack()
        names = ("words.bin", "directory.bin", "messages.bin", COUNTS.name, POSITIONS.name)
        self._words, self._directory, self._messages, counts, positions = (
            self._files.enter_context((folder / name).open("wb")) for name in names
        )
        self._counts = _Narrow(counts, COUNTS)
        self._positions = _Narrow(positions, POSITIONS)
        self._totals = np.zeros(len(GROUP), np.int64)
        self._groups: list[npt.NDArray[np.int64]] = []

    def __enter__(self) -> Self:
        """Begin to write."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Write what is known only at the end, and close the files."""
        with self._files:
            if kind is None:
                groups = np.concatenate([*self._groups, self._totals[np.newaxis]])
                np.save(self._folder / "groups.npy", groups)
                for narrow in (self._counts, self._positions):
                    np.save(self._folder / narrow.kind.large, narrow.large())

    def append(self, occurrences: Occurrences) -> None:
        """Write words that follow those before in order, each with all of its occurrences."""
        words, numbers, messages, positions = occurrences
        if not words:
            return
        is_first = np.diff(numbers, prepend=-1) != 0
        starts = np.flatnonzero(is_first | (np.diff(messages, prepend=-1) != 0))
        counts = np.diff(starts, append=len(numbers))
        is_first = is_first[starts]
        at = messages[starts].astype(np.int64)
        encoded, lengths = varints.encode(np.where(is_first, at, np.diff(at, prepend=0)))
        texts = [word.encode() for word in words]
        entries = np.empty((len(words), len(ENTRY)), np.int64)
        entries[:, 0] = list(map(len, texts))
        entries[:, 1] = np.bincount(numbers[starts], minlength=len(words))
        entries[:, 2] = np.add.reduceat(lengths, np.flatnonzero(is_first))
        entries[:, 3] = np.bincount(numbers, minlength=len(words))
        self._words.write(b"".join(texts))
        self._messages.write(encoded.tobytes())
        self._counts.write(counts)
        self._positions.write(positions)
        self._write_directory(entries)

    def _write_directory(self, entries: npt.NDArray[np.int64]) -> None:
        encoded, lengths = varints.encode(entries.ravel())
        self._directory.write(encoded.tobytes())
        sizes = lengths.reshape(entries.shape).sum(axis=1)
        rows = np.column_stack([entries, sizes, np.ones(len(entries), np.int64)])
        before = self._totals + np.cumsum(rows, axis=0) - rows
        self._groups.append(before[before[:, -1] % GROUP_WORDS == 0])
        self._totals = self._totals + rows.sum(axis=0)


class _Narrow:
    """Writes numbers that nearly always are small."""

    def __init__(self, file: IO[bytes], kind: NarrowFile) -> None:
        self.kind = kind
        self._file = file
        self._count = 0
        self._large = [np.empty((0, 2), np.int64)]

    def write(self, values: _Integers) -> None:
        places = np.flatnonzero(values >= self.kind.highest)
        if len(places):
            self._large.append(np.column_stack([places + self._count, values[places]]))
        self._file.write(np.minimum(values, self.kind.highest).astype(self.kind.dtype).tobytes())
        self._count += len(values)

    def large(self) -> npt.NDArray[np.int64]:
        """Places and values of those that do not fit."""
        return np.concatenate(self._large)
