"""The words of a text in order, and pairs of adjacent words, for the labels of topics."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

from queries.text.telling_words import telling_words
from queries.text.tokenizer import is_unspaced

_WORD_CHARS_MAX = 25

_REDACTED = re.compile(r"NAME_\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?;:,()\[\]{}<>|\"/\\\n=*#`\ufdd0-\ufdef]+")


@cache
def stop_words() -> frozenset[str]:
    """Words of thirteen languages that say nothing about a text."""
    text = files("queries.text").joinpath("stop_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def phrases(text: str) -> dict[str, str]:
    """The distinct words and two-word phrases of a text that say something about it.

    Stop words, numbers, single letters and redacted names are left out. A phrase has two adjacent
    words of one sentence. In scripts without spaces each pair of characters is a word.

    Returns:
        The words as they are written, by their form without upper case.
    """
    written: dict[str, str] = {}
    for sentence in _SENTENCE.split(_REDACTED.sub(" . ", text)):
        words = list(_words(sentence))
        for word in words:
            if _says_something(word):
                written.setdefault(word.casefold(), word)
        for first, second in pairwise(words):
            if first.casefold() != second.casefold() and all(map(_says_something, (first, second))):
                written.setdefault(f"{first} {second}".casefold(), f"{first} {second}")
    if not text.isascii() and any(map(is_unspaced, text)):
        pairs = (word for word in telling_words(text) if len(word) > 1 and is_unspaced(word[0]))
        written.update((pair, pair) for pair in pairs if pair not in stop_words())
    return written


def _words(sentence: str) -> Iterator[str]:
    """The words of a sentence in scripts with spaces."""
    for match in _WORD.finditer(unicodedata.normalize("NFKC", sentence)):
        word = match[0].replace("\u2019", "'")
        if not any(map(is_unspaced, word)):
            yield word


def _says_something(word: str) -> bool:
    folded = word.casefold()
    return 1 < len(word) <= _WORD_CHARS_MAX and folded not in stop_words()
