"""What a word or a phrase finds, read character by character: no code of the tokenizer."""

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from queries.text.characters import normalized, plain

SCRIPTS = {
    "Latin": ("LATIN",),
    "Cyrillic": ("CYRILLIC",),
    "Greek": ("GREEK",),
    "Arabic": ("ARABIC",),
    "Hebrew": ("HEBREW",),
    "Devanagari": ("DEVANAGARI",),
    "Han": ("CJK",),
    "Kana": ("HIRAGANA", "KATAKANA"),
    "Hangul": ("HANGUL",),
    "Thai": ("THAI",),
    "digits": ("DIGIT",),
}
"""How the Unicode names of the letters of each script begin."""

_UNSPACED = (*SCRIPTS["Han"], *SCRIPTS["Kana"], *SCRIPTS["Hangul"], *SCRIPTS["Thai"])
_UNSPACED_TOO = ("LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC", "HALFWIDTH", "COMBINING KATA")
_LETTERS = re.compile(r"[^\W_]+")
_DECIMAL = re.compile(r"(?<![\w])(?<!\d[.．])\d+[.．]\d+(?!\w)(?![.．]\d)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_SIGNS = re.compile(r'["“”#*]|\+\+|(?<!\w)\.\w')
_BORDER = "|"


def message_line(text: str) -> str:
    """The words of a text between spaces, `|` between runs of scripts without spaces."""
    words: list[str] = []
    stretches: list[str] = []
    was_unspaced = False
    for start, end in _runs(text):
        run = text[start:end]
        units = list(_units(run))
        if not units:
            continue
        if was_unspaced and _is_unspaced(units[0]):
            words.append(_BORDER)
        words += units
        was_unspaced = _is_unspaced(units[-1])
        if not _DECIMAL.fullmatch(run):
            parts = (" ".join(_units(part)) for part in _LETTERS.findall(run))
            stretches += [part for part in parts if f" {part} " not in f" {' '.join(units)} "]
    apart = "".join(f"\n {stretch} " for stretch in stretches)
    return f" {' '.join(words)} {apart}"


def messages_with(query: str, lines: Sequence[str]) -> list[int]:
    """The numbers of the messages, given as lines, that have the words of a query in sequence."""
    sought = message_line(query).split("\n")[0]
    return [number for number, line in enumerate(lines) if sought in line]


def draw_words(texts: Sequence[str], script: str, count: int, seed: int) -> list[str]:
    """Runs of letters and digits that begin in a script, but for parts of decimal numbers."""
    words = {
        match.group()
        for text in texts
        for match in _LETTERS.finditer(_DECIMAL.sub(" ", text))
        if unicodedata.name(match.group()[0], "").startswith(SCRIPTS[script])
        and len(match.group()) < 200
    }
    return random.Random(seed).sample(sorted(words), min(count, len(words)))


def draw_phrases(texts: Sequence[str], script: str, count: int, seed: int) -> list[str]:
    """Stretches of texts from the start of a run to the end of the third one after it, at most."""
    draw = random.Random(seed)
    texts = [t for t in texts if any(_is_of(letter, script) for letter in t)]
    phrases: dict[str, None] = {}
    for _ in range(count * 50 if texts else 0):
        text = draw.choice(texts)
        starts = [(a, b) for a, b in _runs(text) if _is_of(text[a], script)]
        if not starts or len(phrases) == count:
            continue
        start, _ = draw.choice(starts)
        ends = [b for a, b in _runs(text[start : start + 300]) if b < 200][1:4]
        if ends and not _has_signs(phrase := text[start : start + draw.choice(ends)]):
            phrases[phrase] = None
    return list(phrases)


def _has_signs(text: str) -> bool:
    has_symbols = any(unicodedata.category(letter) in ("So", "Sk") for letter in text)
    return has_symbols or bool(_SIGNS.search(text))


def _is_of(letter: str, script: str) -> bool:
    return letter.isalnum() and unicodedata.name(letter, "").startswith(SCRIPTS[script])


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each decimal number and each run of letters, digits and their marks."""
    edges = [edge for match in _DECIMAL.finditer(text) for edge in match.span()]
    for n, (start, end) in enumerate(pairwise([0, *edges, len(text)])):
        if n % 2:
            yield start, end
        else:
            yield from _runs_of_letters(text, start, end)


def _runs_of_letters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = None
    for at in range(start, end):
        letter = text[at]
        if letter.isalnum():
            first = at if first is None else first
        elif first is not None and not _joins(letter):
            yield first, at
            first = None
    if first is not None:
        yield first, end


def _joins(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "M" or bool(_INVISIBLE.match(letter))


def _units(run: str) -> Iterator[str]:
    """The words of a run: its characters in a script without spaces, else as much as joins."""
    word = ""
    if _DECIMAL.fullmatch(run):
        yield plain(normalized(run))
        return
    for letter in plain(normalized(run)):
        if _is_unspaced(letter) or not (letter.isalnum() or (word and _joins(letter))):
            yield from filter(None, [word])
            word = ""
            yield from filter(_is_unspaced, [letter])
        else:
            word += letter
    yield from filter(None, [word])


def _is_unspaced(word: str) -> bool:
    name = unicodedata.name(word[0], "") if len(word) == 1 else ""
    is_letter = name.startswith((*_UNSPACED, *_UNSPACED_TOO))
    return is_letter and not any(kind in name for kind in ("DIGIT", "CURRENCY", "SIGN A"))
