"""The words of texts in any script, and which of them tell two sets of texts apart."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from operator import add
from typing import NamedTuple

import numpy as np
import pandas as pd

WORD_CHARS_MAX = 40
UNSPACED = {
    "Han": r"\u3005-\u3007\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af",
    "Hiragana": r"\u3041-\u3096\u3099\u309a\u309d-\u309f",
    "Katakana": r"\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff",
    "Kana of later planes": r"\U0001aff0-\U0001b16f",
    "Thai": r"\u0e01-\u0e3a\u0e40-\u0e4e",
    "Lao": r"\u0e81-\u0ece\u0edc-\u0edf",
    "Khmer": r"\u1780-\u17d3\u17d7\u17dc\u17dd",
    "Myanmar": r"\u1000-\u103f\u1050-\u108f\u109a-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76"
    r"\uaa7a-\uaa7f",
}
"""Letters and marks of scripts written without spaces, as insides of character classes."""

_LETTER = rf"[^\W_{''.join(UNSPACED.values())}]"
_RUN = re.compile(f"[{''.join(UNSPACED.values())}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_JOINERS = "'\u200c\u200d"
_SYMBOL_MARKS = range(0xFE00, 0xFE10)
_FIRST_MARK, _FIRST_ASTRAL, _FIRST_EMOJI = 0x300, 0x10000, 0x1F000


def words(text: str) -> set[str]:
    """Distinct words of a text, casefolded, without numbers and single Latin letters.

    A word is a run of letters, combining marks and digits, with apostrophes and invisible joiners
    inside it. Where a script is written without spaces, each two neighbouring characters are one.
    """
    if text.isascii():
        found = _ASCII_WORD.findall(text.lower())
        return {word for word in found if word.islower() and 1 < len(word) <= WORD_CHARS_MAX}
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    folded = unicodedata.normalize("NFC", folded)
    patterns = _patterns()
    found = patterns.word.findall(folded)
    kept = {
        word
        for word in found
        if (word[0].isalpha() and 1 < len(word) <= WORD_CHARS_MAX) or _tells(word)
    }
    for run in _RUN.findall(folded):
        kept.update(_pairs(run, patterns.character))
    return kept


def log_odds(
    counts_a: Mapping[str, int],
    texts_a: int,
    counts_b: Mapping[str, int],
    texts_b: int,
    *,
    min_count: int = 5,
    prior_size: float = 1000.0,
) -> pd.DataFrame:
    """Words by how much more they belong to A than to B, the strongest of A first.

    Args:
        counts_a: in how many texts of A each word stands.
        texts_a: how many texts A has.
        counts_b: the same of B.
        texts_b: how many texts B has.
        min_count: words in fewer texts of both together are left out.
        prior_size: how many words the prior is worth, above 0; they are mixed as in both together.

    Returns:
        One row a word: ``word``, ``count_a``, ``count_b``, ``share_a`` and ``share_b`` of texts,
        ``log_odds`` (above 0: more in A) and ``z``, the same in standard deviations.

    Source: Monroe, Colaresi and Quinn (2008), Political Analysis 16:372, equations 16, 20 and 22.
    """
    both = Counter(counts_a)
    both.update(counts_b)
    kept = [word for word, count in both.items() if count >= min_count]
    frame = pd.DataFrame(
        {
            "word": pd.Series(kept, dtype=str),
            "count_a": np.array([counts_a.get(word, 0) for word in kept], dtype=np.int64),
            "count_b": np.array([counts_b.get(word, 0) for word in kept], dtype=np.int64),
        }
    )
    frame["share_a"] = frame["count_a"] / texts_a
    frame["share_b"] = frame["count_b"] / texts_b
    prior = prior_size * ((frame["count_a"] + frame["count_b"]) / both.total())
    frame["log_odds"] = _logit(frame["count_a"], sum(counts_a.values()), prior, prior_size)
    frame["log_odds"] -= _logit(frame["count_b"], sum(counts_b.values()), prior, prior_size)
    variance = 1 / (frame["count_a"] + prior) + 1 / (frame["count_b"] + prior)
    frame["z"] = frame["log_odds"] / np.sqrt(variance)
    return frame.sort_values(["z", "word"], ascending=[False, True], ignore_index=True)


def _logit(counts: pd.Series, total: int, prior: pd.Series, prior_size: float) -> pd.Series:
    """Logarithm of the odds of each word; 0 of a word beside which there is no other."""
    odds = (counts + prior) / ((total - counts) + (prior_size - prior)).replace(0, np.nan)
    logit: pd.Series = np.log(odds).fillna(0.0)
    return logit


def _tells(word: str) -> bool:
    """Whether a run of letters, marks and digits says more than a number or an initial does."""
    if len(word) == 1:
        return word.isalpha() and not unicodedata.name(word, "").startswith("LATIN ")
    return len(word) <= WORD_CHARS_MAX and any(map(str.isalpha, word))


def _pairs(run: str, character: re.Pattern[str]) -> Iterator[str]:
    """Each two neighbouring characters, each with its marks; a single character by itself."""
    characters = run if run.isalnum() else character.findall(run)
    if len(characters) == 1:
        return iter(characters)
    return map(add, characters, characters[1:])


class _Patterns(NamedTuple):
    word: re.Pattern[str]
    character: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Patterns that need to know which code points are marks; `re` has no class for them.

    Rare planes stand behind a look ahead: the engine holds a class of the first plane as a
    bitmap, and goes through the ranges of the others one by one.
    """
    plane, beyond = range(_FIRST_ASTRAL), range(_FIRST_ASTRAL, _FIRST_EMOJI)
    ahead = f"(?=[{chr(_FIRST_ASTRAL)}-{chr(_FIRST_EMOJI - 1)}])"
    first = f"(?:[{_ranges(plane, marks=False)}]|{ahead}[{_ranges(beyond, marks=False)}])"
    rest = f"[{_ranges(plane, marks=True)}]+|{ahead}[{_ranges(beyond, marks=True)}]+"
    in_run = "".join(mark for mark in map(chr, plane) if _is_mark(mark) and _RUN.match(mark))
    return _Patterns(
        word=re.compile(f"{first}(?:{rest}|[{_JOINERS}](?={first}))*"),
        character=re.compile(f".[{in_run}]*"),
    )


def _ranges(points: range, *, marks: bool) -> str:
    """Letters and digits among code points, and marks if wanted, as the inside of a class."""
    characters = "".join(
        "a" if marks and _is_mark(character) and not _RUN.match(character) else character
        for character in map(chr, points)
    )
    spans = (match.span() for match in re.finditer(f"{_LETTER}+", characters))
    return "".join(f"{chr(points[start])}-{chr(points[end - 1])}" for start, end in spans)


def _is_mark(character: str) -> bool:
    is_mark = unicodedata.category(character) in ("Mn", "Mc")
    return is_mark and ord(character) not in _SYMBOL_MARKS
