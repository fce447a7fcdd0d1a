"""Classes of characters, and the forms in which words are compared."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

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
"""Letters and marks of scripts written without spaces, as the inside of a character class."""

HANGUL = r"\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"
"""Syllables, and letters that are in none: words of Hangul take endings without a space."""

_IGNORED = (
    r"\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Soft hyphens, zero-width and other invisible characters: no difference between words."""

_IGNORED_CHARACTERS = re.compile(f"[{_IGNORED}]+")
_ACCENT_CLASSES = frozenset([*range(10, 36), *range(200, 241)])
"""Combining classes of accents, of Hebrew points and of Arabic vowel signs, but not of marks that
make another letter, as in Devanagari, Thai and Kana."""

_WITHOUT_ACCENT = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ı": "i", "œ": "oe", "æ": "ae"}
)
_LETTERS_WITH_MARKS = frozenset("й")
_SYMBOLS = (range(0x2000, 0x3300), range(0x1F000, 0x1FC00))
_LAST_MARKED = 0x20000


def normalized(text: str) -> str:
    """A text in the form in which words are compared: NFKC, case folded, nothing invisible."""
    folded = unicodedata.normalize("NFKC", _IGNORED_CHARACTERS.sub("", text)).casefold()
    return _IGNORED_CHARACTERS.sub("", unicodedata.normalize("NFKC", folded))


def plain(word: str) -> str:
    """A normalised word without accents."""
    if word.isascii():
        return word
    if _LETTERS_WITH_MARKS.isdisjoint(word):
        return _without_accents(word)
    return "".join(c if c in _LETTERS_WITH_MARKS else _without_accents(c) for c in word)


def _without_accents(word: str) -> str:
    marks = unicodedata.normalize("NFD", word.translate(_WITHOUT_ACCENT))
    stripped = "".join(c for c in marks if unicodedata.combining(c) not in _ACCENT_CLASSES)
    return unicodedata.normalize("NFC", stripped)


@cache
def joined_marks() -> str:
    """Marks and ignored characters, as the inside of a character class.

    `re` has no class for them.
    """
    return _class(lambda c: unicodedata.category(c) in ("Mn", "Mc", "Me")) + _IGNORED


@cache
def symbols() -> str:
    """Emoji and other pictures, as the inside of a character class."""
    return "".join(_ranges(points, _is_symbol) for points in _SYMBOLS)


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) == "So"


def _class(is_inside: Callable[[str], bool]) -> str:
    return _ranges(range(0x80, _LAST_MARKED), is_inside)


def _ranges(points: range, is_inside: Callable[[str], bool]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _spans(points, is_inside))


def _spans(points: range, is_inside: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of consecutive code points that are inside."""
    first: int | None = None
    for point in points:
        if is_inside(chr(point)):
            first = point if first is None else first
        elif first is not None:
            yield first, point - 1
            first = None
    if first is not None:
        yield first, points[-1]
