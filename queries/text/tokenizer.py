"""Split text of any script into words: one rule for search, the filter `word` and word counts.

A word is a run of letters and digits with the marks on them; anything else stands between words,
so that ``l'eau`` is two words, and whoever looks for it looks for both in sequence. Neither a
change of case nor one from letters to digits ends a word. A number with a decimal point is one
word. In scripts written without spaces, and in Hangul, each character is a word, so that any part
of a run is found.

A text also has extra words, which stand in no sequence: emoji, ``C++``, ``C#`` and ``.NET`` with
their signs, and what lies between the marks and invisible characters in a word.

Words are compared by compatibility form (NFKC) and case folding, without soft hyphens and
zero-width characters.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from queries.text.characters import HANGUL, UNSPACED, joined_marks, normalized, symbols

CHUNK_CHARS = 64
"""A longer run is split into words of this length that follow one another."""

CONTINUED = "\x02"
"""The last character of a word that the next word continues, and the first one of that."""

TokenKind = Literal["word", "sign", "part"]

_CACHED_RUNS = 200_000
_DECIMAL = re.compile(r"\d+\.\d+")
_LETTERS = re.compile(r"[^\W_]+")
_UNSPACED_CLASS = f"{''.join(UNSPACED.values())}{HANGUL}"
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED_CLASS}]")
_SIGNED = re.compile(r"(\.?)(.*?)(\+\+|#)?", re.DOTALL)
_ASCII = re.compile(
    r"(?:(?<![\w.)\]])\.)?[A-Za-z][0-9A-Za-z]*+(?:(?:\+\+|\#)(?![+\#]))?+"
    r"|(?<!\w)(?<![0-9]\.)[0-9]++\.[0-9]++(?!\w|\.[0-9])"
    r"|[0-9][0-9A-Za-z]*+"
)


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        word: the word in its normal form; of an extra one, its words with spaces between them.
        position: how many words precede it; where two runs of a script without spaces are divided,
            one position is left free.
        start: where the characters that it is from start in the text.
        end: where they end.
        kind: a word in the sequence of all words, or an extra one: a `sign`, or a `part` of a word.
    """

    word: str
    position: int
    start: int
    end: int
    kind: TokenKind = "word"


class Run(NamedTuple):
    """The words of a run of letters, digits, marks and signs.

    Attributes:
        words: the words in order.
        spans: start and end of each in the run; empty if characters do not match one to one.
        signs: an emoji, or words with their signs.
        parts: what lies between the marks and invisible characters in words.
        starts_unspaced: whether it starts with a character of a script without spaces.
        ends_unspaced: whether it ends with one.
    """

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()
    signs: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    starts_unspaced: bool = False
    ends_unspaced: bool = False


def runs(text: str) -> list[str]:
    """The runs of characters in a text that make words, in order."""
    return (_ASCII if text.isascii() else _any_script()).findall(text)


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order, the extra ones too."""
    position = 0
    was_unspaced = False
    for match in (_ASCII if text.isascii() else _any_script()).finditer(text):
        run = analyse(match.group())
        start, end = match.span()
        position += was_unspaced and run.starts_unspaced
        for n, word in enumerate(run.words):
            if run.spans:
                first, last = run.spans[n]
                yield Token(word, position + n, start + first, start + last)
            else:
                yield Token(word, position + n, start, end)
        for sign in run.signs:
            yield Token(sign, position, start, end, "sign")
        for part in run.parts:
            yield Token(part, position, start, end, "part")
        if run.words:
            position += len(run.words)
            was_unspaced = run.ends_unspaced


@lru_cache(_CACHED_RUNS)
def analyse(run: str) -> Run:
    """The words of one of the `runs` of a text."""
    if run.isascii() and run.isalnum():
        # Nearly every run is a word of its own.
        return Run(_chunks(run.lower()))
    if not any(map(str.isalnum, run)):
        return Run((), (), (run,))
    dot, bare, sign = _split_signs(run)
    norm = normalized(bare)
    segments = list(_segments().finditer(norm))
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for segment in segments:
        chunks = _chunks(segment.group())
        words += chunks
        first, last = segment.span()
        spans += [(first + len(dot), last + len(dot))] * len(chunks)
    if not words:
        return Run(())
    signed = [f"{dot}{words[0]}"] * bool(dot) + [f"{words[-1]}{sign}"] * bool(sign)
    return Run(
        tuple(words),
        tuple(spans) if len(norm) == len(bare) else (),
        tuple(signed),
        tuple(_parts(bare, words)),
        is_unspaced(words[0]),
        is_unspaced(words[-1]),
    )


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script without spaces, or of Hangul."""
    return bool(_UNSPACED_CHARACTER.match(word))


def _split_signs(run: str) -> tuple[str, str, str]:
    """The dot before a run, the run itself, and the signs after it."""
    match = _SIGNED.fullmatch(run)
    dot, bare, sign = match.groups("") if match else ("", run, "")
    return dot, bare, sign


def _parts(run: str, words: Sequence[str]) -> Iterator[str]:
    """The stretches of a run between marks and invisible characters that are not in its words."""
    stretches = _LETTERS.findall(run)
    if stretches == [run] or _DECIMAL.fullmatch(words[0]):
        return
    parts: dict[str, None] = {}
    for stretch in stretches:
        part = analyse(stretch).words
        if not any(words[n : n + len(part)] == list(part) for n in range(len(words))):
            parts[" ".join(part)] = None
    yield from parts


def _chunks(word: str) -> tuple[str, ...]:
    if len(word) <= CHUNK_CHARS:
        return (word,)
    starts = range(0, len(word), CHUNK_CHARS)
    chunks = [CONTINUED + word[start : start + CHUNK_CHARS] + CONTINUED for start in starts]
    return (chunks[0][1:], *chunks[1:-1], chunks[-1][:-1])


@cache
def _any_script() -> re.Pattern[str]:
    """The pattern of `runs`. Lookaheads keep the engine from scanning classes for plain letters."""
    marks = f"(?=[^\\x00-\\x7f])[{joined_marks()}]++"
    return re.compile(
        rf"(?:(?<![\w.)\]])\.)?[^\W\d_][^\W_]*+(?:{marks}[^\W_]*+)*+(?:(?:\+\+|\#)(?![+\#]))?+"
        rf"|(?<!\w)(?<!\d[.．])\d++[.．]\d++(?!\w|[.．]\d|{marks})"
        rf"|[^\W_]++(?:{marks}[^\W_]*+)*+"
        r"|[\U0001f1e6-\U0001f1ff]{2}"
        rf"|(?=[^\x00-\x7f])[{symbols()}]"
    )


@cache
def _segments() -> re.Pattern[str]:
    """The pattern of the words in a normalised run."""
    letter = rf"[^\W_{_UNSPACED_CLASS}]"
    mark = f"(?![{_UNSPACED_CLASS}])[{joined_marks()}]"
    return re.compile(rf"[{_UNSPACED_CLASS}]|\d+\.\d+|{letter}(?:{letter}|{mark})*")
