"""The piece of a message that a search shows, and where in it the words of the search are."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from queries.schema import WORD_BYTES_MAX
from queries.search.language import Node, Prefix, leaves, spellings
from queries.words import UNSPACED

SNIPPET_CHARS = 280
_BEFORE = 60
_READ_CHARS = 20_000
_NO_WORD = "\0"
_LONG = re.compile(rf"[^\W{''.join(UNSPACED.values())}]{{60,}}")
"""What may be too long for a word; scripts without spaces between words have long runs of many."""

Words = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text.

    Attributes:
        text: the piece, with … where the text goes on.
        marks: start and end of each word that was looked for, in characters of the piece.
    """

    text: str
    marks: tuple[tuple[int, int], ...]

    def marked(self, before: str, after: str) -> str:
        """The piece with signs around what is marked."""
        text = self.text
        for start, end in reversed(self.marks):
            text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
        return text


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query looks for, as words of the index.

    Attributes:
        phrases: words that stand one after another; a single word is a phrase of one.
        beginnings: of words.
    """

    phrases: tuple[tuple[str, ...], ...] = ()
    beginnings: tuple[str, ...] = ()


def wanted_words(node: Node, words: Words) -> Wanted:
    """What a query looks for; not what it leaves out."""
    phrases: list[tuple[str, ...]] = []
    beginnings: list[str] = []
    for leaf in leaves(node):
        if isinstance(leaf, Prefix):
            beginnings += words(leaf.text)
            continue
        written = [tuple(words(text)) for text in spellings(leaf.text)]
        phrases += [phrase for phrase in written if phrase]
    return Wanted(tuple(phrases), tuple(beginnings))


def snippet(text: str, wanted: Wanted, words: Words) -> Snippet:
    """The piece of a text around the first words that were looked for; its beginning without any.

    Args:
        text: white space in it becomes single spaces.
        wanted: what to mark.
        words: splits a text into the words of the index, in order.
    """
    start = _reading_start(text, wanted)
    line = " ".join(text[start : start + _READ_CHARS].split())
    is_begun, is_cut = start > 0, start + _READ_CHARS < len(text)
    spans = list(_spans(line, words))
    marks = _marks(spans, wanted)
    start = _start(line, marks)
    end = min(len(line), start + SNIPPET_CHARS)
    if end < len(line):
        cut = line.rfind(" ", start + SNIPPET_CHARS * 3 // 4, end)
        end = cut if cut > 0 else end
    before = "… " if start or is_begun else ""
    after = " …" if end < len(line) or is_cut else ""
    shift = len(before) - start
    inside = [(a + shift, b + shift) for a, b in marks if a >= start and b <= end]
    return Snippet(before + line[start:end] + after, tuple(inside))


def _reading_start(text: str, wanted: Wanted) -> int:
    """Where to begin to read a long text: some way before the first word that is wanted."""
    if len(text) <= _READ_CHARS:
        return 0
    small = text.lower()
    sought = [*(phrase[0] for phrase in wanted.phrases), *wanted.beginnings]
    places = [place for word in sought if (place := small.find(word)) >= 0]
    first = min(places, default=0)
    return 0 if first < _READ_CHARS // 2 else first - _READ_CHARS // 4


def _spans(line: str, words: Words) -> Iterator[tuple[str, int, int]]:
    """Each word with its place in a text; what is too long to be one stands as a word of its own.

    The index writes words small, which can change their length.
    """
    start = 0
    for long in _LONG.finditer(line):
        if len(long.group().encode()) > WORD_BYTES_MAX:
            yield from _spans_of(line, start, long.start(), words)
            yield _NO_WORD, long.start(), long.end()
            start = long.end()
    yield from _spans_of(line, start, len(line), words)


def _spans_of(line: str, start: int, end: int, words: Words) -> Iterator[tuple[str, int, int]]:
    places: list[int] = []
    small: list[str] = []
    for place in range(start, end):
        lower = line[place].lower()
        small.append(lower)
        places += [place] * len(lower)
    lowered = "".join(small)
    at = 0
    for word in words(line[start:end]):
        found = lowered.find(word, at)
        if found >= 0:
            at = found + len(word)
            yield word, places[found], places[at - 1] + 1


def _marks(spans: list[tuple[str, int, int]], wanted: Wanted) -> list[tuple[int, int]]:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in wanted.phrases:
        by_first.setdefault(phrase[0], []).append(phrase)
    is_marked: set[int] = set()
    for n, (word, _, _) in enumerate(spans):
        for phrase in by_first.get(word, ()):
            if _stands_at(phrase, spans, n):
                is_marked.update(range(n, n + len(phrase)))
        if wanted.beginnings and word.startswith(wanted.beginnings):
            is_marked.add(n)
    return [(spans[n][1], spans[n][2]) for n in sorted(is_marked)]


def _stands_at(phrase: Collection[str], spans: list[tuple[str, int, int]], n: int) -> bool:
    return [word for word, _, _ in spans[n : n + len(phrase)]] == list(phrase)


def _start(line: str, marks: list[tuple[int, int]]) -> int:
    """Where to begin: a little before the place with the most marks, at the start of a word."""
    if not marks or marks[0][1] <= SNIPPET_CHARS - _BEFORE:
        return 0
    counts = [
        sum(a <= b < a + SNIPPET_CHARS - _BEFORE for b, _ in marks[n : n + 40])
        for n, (a, _) in enumerate(marks[:200])
    ]
    first = marks[counts.index(max(counts))][0]
    start = max(0, first - _BEFORE)
    space = line.find(" ", start, first)
    return space + 1 if space >= 0 else start
