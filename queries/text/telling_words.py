"""The words of a text that say something about it, for counting."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, pairwise

from queries.text.characters import HANGUL, normalized
from queries.text.tokenizer import analyse, is_unspaced, runs

TELLING_CHARS_MAX = 40

_CACHED_RUNS = 100_000
_HANGUL = re.compile(f"[{HANGUL}]")
_ASCII = re.compile("[a-z0-9]+")
_JOINED = re.compile(r"(?<![^\W_])(?<!\d[.\uff0e])[^\W_]++(?:['\u2019][^\W_]++)++(?![.\uff0e]\d)")
"""Not with a part of a decimal number at an end."""


def telling_words(text: str) -> set[str]:
    """The distinct words of a text, without numbers, single Latin letters and signs.

    In scripts written without spaces, each pair of adjacent characters counts as a word; a run of
    Hangul is one word. What apostrophes join counts as a whole too: ``don't``.
    """
    if text.isascii():
        lowered = text.lower()
        words = set(filter(_tells_in_ascii, _ASCII.findall(lowered)))
        if "'" in text:
            words.update(filter(_tells_in_ascii, _JOINED.findall(lowered)))
        return words
    words = {word for run in runs(text) for word in _words_of_run(run)}
    if "'" in text or "\u2019" in text:
        words.update(
            filter(_tells, map(_apostrophes, _JOINED.findall(unicodedata.normalize("NFC", text))))
        )
    return words


@lru_cache(_CACHED_RUNS)
def _words_of_run(run: str) -> tuple[str, ...]:
    return tuple(filter(_tells, _counted(analyse(run).words)))


def _counted(words: tuple[str, ...]) -> Iterator[str]:
    for kind, group in groupby(words, _kind):
        members = list(group)
        if kind == "spaced":
            yield from members
        elif kind == "Hangul":
            yield "".join(members)
        else:
            yield from _pairs(members)


def _pairs(letters: list[str]) -> Iterator[str]:
    """Each pair of adjacent letters with their marks; a single letter by itself."""
    with_marks: list[str] = []
    for letter in letters:
        if with_marks and unicodedata.category(letter)[0] == "M":
            with_marks[-1] += letter
        else:
            with_marks.append(letter)
    yield from map("".join, pairwise(with_marks) if len(with_marks) > 1 else [with_marks])


def _kind(word: str) -> str:
    return "Hangul" if _HANGUL.match(word) else "unspaced" if is_unspaced(word) else "spaced"


def _apostrophes(joined: str) -> str:
    return normalized(joined.replace("\u2019", "'"))


def _tells_in_ascii(word: str) -> bool:
    return word.islower() and 1 < len(word) <= TELLING_CHARS_MAX


def _tells(word: str) -> bool:
    """Whether a word is neither a number nor a Latin initial nor a sign, and not too long."""
    if len(word) == 1:
        return word.isalpha() and not unicodedata.name(word, "").startswith("LATIN ")
    return len(word) <= TELLING_CHARS_MAX and any(map(str.isalpha, word))
