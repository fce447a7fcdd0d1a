"""The words of a text on a line, as the filter `word` reads them, and those of its runs."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from queries.text.characters import plain
from queries.text.tokenizer import analyse, runs

GAP = "\x03"
"""Stands on a line where two runs of a script without spaces are divided."""

APART = "\x04"
"""Stands before each extra word, at the end of a line."""

_ACCENTED = "\x01"
_CACHED_RUNS = 200_000


class RunWords(NamedTuple):
    """The words of a run.

    Attributes:
        plain: the words without accents.
        exact: the words with accents; the same object if none has any.
        extras: the extra words with accents; a space divides the words of one.
        starts_unspaced: whether the first word is a character of a script without spaces.
        ends_unspaced: whether the last one is.
    """

    plain: tuple[str, ...]
    exact: tuple[str, ...]
    extras: tuple[str, ...] = ()
    starts_unspaced: bool = False
    ends_unspaced: bool = False


def word_line(text: str) -> str:
    """The words of a text without accents, with a space between any two.

    Extra words follow after all others, each behind `APART`.
    """
    of_runs = list(map(run_words, runs(text)))
    extras = dict.fromkeys(extra for run in of_runs for extra in run.extras)
    apart = (f"{APART} {plain(extra)}" for extra in extras)
    return " ".join([*_with_gaps(of_runs), *apart])


@lru_cache(_CACHED_RUNS)
def run_words(text: str) -> RunWords:
    """The words of one of the `runs` of a text."""
    run = analyse(text)
    plain_words = run.words if text.isascii() else tuple(map(plain, run.words))
    return RunWords(
        plain_words,
        plain_words if plain_words == run.words else run.words,
        (*run.signs, *run.parts),
        run.starts_unspaced,
        run.ends_unspaced,
    )


def accented_key(word: str, exact: str) -> str:
    """Under which a word with accents is indexed: behind the same word without them."""
    return f"{word}{_ACCENTED}{exact}"


def exact_word(key: str) -> str:
    """The word with accents of an `accented_key`."""
    return key.partition(_ACCENTED)[2]


def _with_gaps(of_runs: list[RunWords]) -> Iterator[str]:
    was_unspaced = False
    for run in of_runs:
        if run.plain:
            if was_unspaced and run.starts_unspaced:
                yield GAP
            yield from run.plain
            was_unspaced = run.ends_unspaced
